import type pg from 'pg'
import { contentDigest, type Prover, same } from './chain.ts'
import { at, type Tell } from './finding.ts'
import { logEvents } from './log-events.ts'
import { momentText, schema } from './sql.ts'
import type { Subject } from './types.ts'

/** Each may have 5,000 letters of notes, 64 KiB of context and 256 KiB of patch. */
const rowsAtOnce = 200

interface Row {
  subject_kind: string
  subject_id: string
  place: string
  key: string
  code: string
  type: string
  level: number
  timer: string | null
  notes: string | null
  context: string | null
  patch: string | null
  salt: Buffer | null
  digest: Buffer
  created_by: string | null
  created_at: string
  correlation_id: string | null
  erased: boolean
  mac: Buffer
  head: string | null
}

export interface VerifiedRows {
  rows: number
  subjects: number
  /** Rows that a mac does not prove. */
  unproved: number
}

/** Follows the chain of every subject from its first row to its last; the memory it takes does not grow. */
export async function verifyRows(pool: pg.Pool, prover: Prover, tell: Tell): Promise<VerifiedRows> {
  const seen: VerifiedRows = { rows: 0, subjects: 0, unproved: 0 }
  let chain: Chain | null = null
  let after: unknown[] = ['', '', 0]
  for (;;) {
    const { rows } = await pool.query<Row>(select, after)
    for (const row of rows) {
      const subject = { kind: row.subject_kind, id: row.subject_id }
      if (!chain?.isOf(subject)) {
        chain?.end()
        chain = new Chain(subject, prover, tell)
        seen.subjects++
      }
      seen.rows++
      if (!chain.follow(row)) seen.unproved++
      after = [row.subject_kind, row.subject_id, row.place]
    }
    if (rows.length < rowsAtOnce) break
  }
  chain?.end()
  return seen
}

// A row and its head are read by one statement: who writes meanwhile moves both or none.
const select = `
  select e.subject_kind, e.subject_id, e.place, e.key, e.code, e.type, e.level, e.timer, e.notes,
    e.context::text, e.patch::text, e.salt, e.digest, e.created_by, ${momentText('e.created_at')} as created_at,
    e.correlation_id, e.erased_at is not null as erased, e.mac, h.count as head
  from ${schema}.event e left join ${schema}.event_head h using (subject_kind, subject_id)
  where (e.subject_kind, e.subject_id, e.place) > ($1, $2, $3::bigint)
  order by e.subject_kind, e.subject_id, e.place limit ${rowsAtOnce}`

/** One subject's rows, as they come. */
class Chain {
  readonly #subject: Subject
  readonly #prover: Prover
  readonly #tell: Tell
  #place = 0
  #mac: Buffer | null = null
  #lastErased = 0
  #erasureTold = 0

  constructor(subject: Subject, prover: Prover, tell: Tell) {
    this.#subject = subject
    this.#prover = prover
    this.#tell = tell
  }

  isOf({ kind, id }: Subject): boolean {
    return this.#subject.kind === kind && this.#subject.id === id
  }

  /** False when the row is not proved. */
  follow(row: Row): boolean {
    const place = Number(row.place)
    const gap = place !== this.#place + 1
    if (gap) this.#missing(this.#place + 1, place)
    // Behind a gap nothing can be proved: the mac before it is gone.
    const wrong = gap ? null : this.#wrongWith(row)
    if (wrong) this.#tell(at('changed', this.#subject, place, wrong))
    if (row.head === null || place > Number(row.head)) {
      this.#tell(at('strange', this.#subject, place, 'the head of the subject knows nothing of this row'))
    }
    if (row.erased) this.#lastErased = place
    if (row.key === logEvents.key && row.code === 'CONTENT_ERASED') this.#erasureTold = place
    this.#place = place
    this.#mac = row.mac
    return !gap && wrong === null
  }

  end(): void {
    if (this.#lastErased <= this.#erasureTold) return
    const what = 'the content is gone, and no later event says that it was erased'
    this.#tell(at('erased', this.#subject, this.#lastErased, what))
  }

  #missing(from: number, to: number): void {
    const rows = to - from === 1 ? 'the row is' : `this row and those up to place ${to - 1} are`
    this.#tell(at('missing', this.#subject, from, `${rows} missing; the row behind can't be proved`))
  }

  #wrongWith(row: Row): string | null {
    const proved = {
      kind: row.subject_kind,
      subjectId: row.subject_id,
      place: Number(row.place),
      key: row.key,
      code: row.code,
      type: row.type,
      level: row.level,
      timer: row.timer,
      createdBy: row.created_by,
      createdAt: row.created_at,
      correlationId: row.correlation_id,
      digest: row.digest,
    }
    if (!same(this.#prover.row(proved, this.#mac), row.mac)) return 'the row is not what was written'
    if (row.erased) return null
    const { notes, context, patch, salt } = row
    const intact =
      notes !== null && salt !== null && same(contentDigest(salt, { notes, context, patch }), row.digest)
    return intact ? null : 'notes, context or patch are not what was written'
  }
}
