import type pg from 'pg'
import type { Prover } from './chain.ts'
import {
  claimsOf,
  fileName,
  type HeadClaim,
  type HeadSeal,
  type HeadStore,
  headFile,
  sealOf,
} from './head-file.ts'
import { schema } from './sql.ts'

const headsAtOnce = 1_000

/** What was written; the store has it under its name. */
export interface HeadExport {
  name: string
  heads: number
  /** What the file is proved by, in hex: kept elsewhere, it shows when the file was replaced. */
  mac: string
}

/** See `EventLog.exportHeads`. */
export async function exportHeads(
  pool: pg.Pool,
  prover: Prover,
  store: HeadStore,
): Promise<HeadExport | null> {
  const client = await pool.connect()
  try {
    // Idle, and without a snapshot: it holds nothing back but another export.
    await client.query('begin')
    const { rows } = await client.query<{ mine: boolean; some: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('${schema}.event_export')) as mine,
         exists (select from ${schema}.event_head where exported <> count) as some`,
    )
    if (!rows[0]?.mine || !rows[0].some) return null
    const seal = await writeFile(pool, client, prover, store)
    // A crash before this: the next export writes a file of the same number over this one.
    await client.query(`insert into ${schema}.event_export (number, heads, mac) values ($1, $2, $3)`, [
      seal.file,
      seal.heads,
      seal.mac,
    ])
    await client.query('commit')
    const name = fileName(seal.file)
    // A crash before this: the next export tells the same heads again, which does no harm.
    await markExported(pool, store, name)
    return { name, heads: seal.heads, mac: seal.mac }
  } finally {
    await client.query('rollback').catch(() => {})
    client.release()
  }
}

async function writeFile(
  pool: pg.Pool,
  client: pg.PoolClient,
  prover: Prover,
  store: HeadStore,
): Promise<HeadSeal> {
  const { rows } = await client.query<{ number: number; mac: string }>(
    `select number, mac from ${schema}.event_export order by number desc limit 1`,
  )
  const file = (rows[0]?.number ?? 0) + 1
  const previous = rows[0]?.mac ?? null
  let sealed: HeadSeal | null = null
  const seal = (sha256: string, heads: number) => {
    sealed = sealOf(prover, { file, heads, at: new Date().toISOString(), previous, sha256 })
    return sealed
  }
  await store.put(fileName(file), headFile(dueHeads(pool), seal))
  if (sealed === null) throw new Error('The store did not take the whole file.')
  return sealed
}

interface Row {
  subject_kind: string
  subject_id: string
  count: string
  mac: Buffer
}

/** Heads that moved since they were told last, or were never told. */
async function* dueHeads(pool: pg.Pool): AsyncGenerator<HeadClaim> {
  let after = ['', '']
  for (;;) {
    const { rows } = await pool.query<Row>(
      `select subject_kind, subject_id, count, mac from ${schema}.event_head
       where exported <> count and (subject_kind, subject_id) > ($1, $2)
       order by subject_kind, subject_id limit ${headsAtOnce}`,
      after,
    )
    for (const { subject_kind: kind, subject_id: id, count, mac } of rows) {
      yield { kind, id, place: Number(count), mac: mac.toString('hex') }
      after = [kind, id]
    }
    if (rows.length < headsAtOnce) return
  }
}

async function markExported(pool: pg.Pool, store: HeadStore, name: string): Promise<void> {
  const data = await store.read(name)
  if (!data) throw new Error(`The file ${name} is gone as soon as it was written.`)
  for await (const claims of batches(claimsOf(data), headsAtOnce)) {
    await pool.query(
      `update ${schema}.event_head h set exported = told.place
       from unnest($1::text[], $2::text[], $3::bigint[]) as told (kind, id, place)
       where h.subject_kind = told.kind and h.subject_id = told.id and h.exported < told.place`,
      claimColumns(claims),
    )
  }
}

export const claimColumns = (claims: HeadClaim[]) => [
  claims.map(({ kind }) => kind),
  claims.map(({ id }) => id),
  claims.map(({ place }) => place),
]

export async function* batches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
