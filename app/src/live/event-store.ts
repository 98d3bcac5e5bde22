import type pg from 'pg'
import { type EventRow, toEvent } from './event-row.ts'
import type { LiveEvent, Topic } from './messages.ts'
import type { Names } from './names.ts'

/** A client or a pool. */
type Queryable = Pick<pg.Pool, 'query'>

/** The series of positions, and up to where they have been dropped. */
export interface State {
  epoch: string
  forgotten: number
  last: number
}

/** The state, once the epoch is known to be this server's. */
export async function settle(client: Queryable, names: Names): Promise<State> {
  await client.query(`select ${names.schema}.live_settle()`)
  return readState(client, names)
}

export async function readState(client: Queryable, { schema }: Names): Promise<State> {
  const { rows } = await client.query<{ epoch: string; forgotten: string; last: string }>(
    `select epoch, forgotten, ${schema}.live_last() as last from ${schema}.live_state`,
  )
  const [row] = rows
  if (!row) throw new Error(`${schema}.live_state is empty; its row must not be deleted.`)
  return { epoch: row.epoch, forgotten: Number(row.forgotten), last: Number(row.last) }
}

export interface Page {
  epoch: string
  events: { event: LiveEvent; bytes: number }[]
  /** Whether events between the position and the first of these, or all, have been dropped. */
  gap: boolean
}

/** The next events of all topics. */
export async function readPage(
  client: Queryable,
  { schema }: Names,
  after: number,
  most: number,
): Promise<Page> {
  const { rows } = await client.query<EventRow & { epoch: string; forgotten: string; bytes: number }>(
    `select *, octet_length(message::text) as bytes from ${schema}.live_read($1, $2)`,
    [after, most],
  )
  const [first] = rows
  if (!first) throw new Error(`${schema}.live_state is empty; its row must not be deleted.`)
  const { epoch } = first
  const found = rows.filter((row) => row.pos !== null)
  const gap =
    Number(first.forgotten) > after || (found[0] !== undefined && Number(found[0].pos) !== after + 1)
  return { epoch, gap, events: found.map((row) => ({ event: toEvent(epoch, row), bytes: row.bytes })) }
}

/** The events of some topics in a range of positions of this epoch; null where some have been dropped. */
export async function replayPage(
  client: Queryable,
  names: Names,
  { epoch, after, upto, topics }: { epoch: string; after: number; upto: number; topics: readonly Topic[] },
): Promise<LiveEvent[] | null> {
  const { rows } = await client.query<EventRow>(`select * from ${names.schema}.live_replay($1, $2, $3)`, [
    after,
    upto,
    topics,
  ])
  // Asked afterwards: what is dropped is noted before it goes.
  const state = await readState(client, names)
  if (state.epoch !== epoch || state.forgotten > after) return null
  return rows.map((row) => toEvent(epoch, row))
}
