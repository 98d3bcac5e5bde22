import type { LatestOutcome } from './day.ts'
import { type SqlClient, schema } from './sql.ts'
import type { Subject } from './types.ts'

/** Where a subject's chain stands, while nobody else can move it. */
export interface LockedHead {
  /** The last event's; 0 before the first. */
  place: number
  mac: Buffer | null
  transactionId: string
  /** The database's time after the wait, as the macs know it. */
  at: string
  latestOutcome: LatestOutcome | null
}

interface Row {
  last_place: string
  last_mac: Buffer | null
  transaction_id: string
  locked_at: string
  latest_key: string | null
  latest_code: string | null
  latest_notes: string | null
  latest_at: Date | null
}

/** Waits for others that write about this subject; they wait for the caller's transaction from now on. */
export async function lockHead(client: SqlClient, { kind, id }: Subject): Promise<LockedHead> {
  const { rows } = await client.query<Row>(`select * from ${schema}.event_lock($1, $2)`, [kind, id])
  const [row] = rows
  if (!row) throw new Error('The head of the subject was not locked.')
  return {
    place: Number(row.last_place),
    mac: row.last_mac,
    transactionId: row.transaction_id,
    at: row.locked_at,
    latestOutcome: latestOf(row),
  }
}

function latestOf({ latest_key: key, latest_code: code, latest_notes: notes, latest_at: createdAt }: Row) {
  return key === null || code === null || createdAt === null ? null : { key, code, notes, createdAt }
}
