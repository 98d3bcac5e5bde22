import type { Content, ProvedRow } from './chain.ts'
import { type SqlClient, schema } from './sql.ts'

export interface NewRow {
  proved: ProvedRow
  content: Content
  salt: Buffer
  mac: Buffer
  /** The transaction that locked the head; in another one the row is not written. */
  transactionId: string
}

/** Writes the row and moves the head on to it, in one statement; answers the row's id. */
export async function appendRow(client: SqlClient, row: NewRow): Promise<number> {
  const { proved, content, salt, mac, transactionId } = row
  const { rows } = await client.query<{ id: string }>(statement, [
    proved.kind,
    proved.subjectId,
    proved.place,
    mac,
    transactionId,
    proved.key,
    proved.code,
    proved.type,
    proved.level,
    proved.timer,
    content.notes,
    content.context,
    content.patch,
    salt,
    proved.digest,
    proved.createdBy,
    proved.createdAt,
    proved.correlationId,
  ])
  const id = rows[0]?.id
  if (id === undefined) {
    throw new Error('Events are written in a transaction: begin one, and give its client to process().')
  }
  return Number(id)
}

const statement = `
  with head as (
    update ${schema}.event_head set count = $3, mac = $4
    where subject_kind = $1 and subject_id = $2 and count = $3 - 1 and pg_current_xact_id()::text = $5
    returning subject_kind, subject_id, count, mac
  )
  insert into ${schema}.event (
    subject_kind, subject_id, place, mac, key, code, type, level, timer, notes, context, patch, salt, digest,
    created_by, created_at, correlation_id
  )
  select subject_kind, subject_id, count, mac,
    $6, $7, $8, $9::smallint, $10, $11, $12::json, $13::json, $14::bytea, $15::bytea, $16, $17::timestamptz, $18
  from head
  returning id`
