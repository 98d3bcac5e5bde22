import type pg from 'pg'
import type { Prover } from './chain.ts'
import { batches, claimColumns } from './export-heads.ts'
import { at, type Finding, type Tell } from './finding.ts'
import { claimsOf, fileName, fileNumber, type HeadClaim, type HeadStore, provenSeal } from './head-file.ts'
import { schema } from './sql.ts'

const claimsAtOnce = 1_000

/** Every file with heads, and every head in it against the rows of today; answers how many files there are. */
export async function verifyExports(
  pool: pg.Pool,
  prover: Prover,
  store: HeadStore,
  tell: Tell,
): Promise<number> {
  const { rows } = await pool.query<{ last: number | null }>(
    `select max(number) as last from ${schema}.event_export`,
  )
  let last = rows[0]?.last ?? 0
  for await (const name of store.list()) last = Math.max(last, fileNumber(name) || 0)
  let previous: string | null | undefined = null
  for (let number = 1; number <= last; number++) {
    previous = await verifyFile({ pool, prover, store, tell, number, previous })
  }
  return last
}

interface File {
  pool: pg.Pool
  prover: Prover
  store: HeadStore
  tell: Tell
  number: number
  /** The mac of the file before; undefined where that one could not be proved. */
  previous: string | null | undefined
}

/** Answers the file's mac, for the next one. */
async function verifyFile({
  pool,
  prover,
  store,
  tell,
  number,
  previous,
}: File): Promise<string | undefined> {
  const name = fileName(number)
  const data = await store.read(name)
  if (!data) {
    tell(ofFile(name, 'is missing'))
    return undefined
  }
  const seal = await provenSeal(prover, data)
  if (!seal || seal.file !== number || (previous !== undefined && seal.previous !== previous)) {
    tell(ofFile(name, 'is not what was written'))
    return undefined
  }
  const again = await store.read(name)
  if (again) {
    for await (const claims of batches(claimsOf(again), claimsAtOnce)) {
      await verifyClaims(pool, claims, `${name} of ${seal.at.slice(0, 10)}`, tell)
    }
  }
  return seal.mac
}

async function verifyClaims(pool: pg.Pool, claims: HeadClaim[], file: string, tell: Tell): Promise<void> {
  const { rows } = await pool.query<{ n: string; mac: string | null }>(
    `select told.n, encode(e.mac, 'hex') as mac
     from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as told (kind, id, place, n)
     left join ${schema}.event e
       on e.subject_kind = told.kind and e.subject_id = told.id and e.place = told.place`,
    claimColumns(claims),
  )
  for (const { n, mac } of rows) {
    const claim = claims[Number(n) - 1]
    if (!claim || claim.mac === mac) continue
    const { place } = claim
    if (mac === null) tell(at('cut', claim, place, `the row is missing, which ${file} has`))
    else tell(at('changed', claim, place, `another row stands here than ${file} has`))
  }
}

const ofFile = (name: string, what: string): Finding => ({
  kind: 'export',
  subject: null,
  place: null,
  message: `The file ${name} of the exported heads ${what}.`,
})
