import { type EventRow, eventOf, selectEvents } from './event-row.ts'
import { type SqlClient, schema } from './sql.ts'
import { type Level, type LoggedEvent, levels, type Subject } from './types.ts'

export interface EventPage {
  /** Newest first. */
  events: LoggedEvent[]
  /** Give it as `before` for the next page; null at the end. */
  next: number | null
}

export interface SubjectQuery {
  /** The lowest level that is shown; default MINOR, all. */
  lowest?: Level | undefined
  /** What `next` of the page before said. */
  before?: number | undefined
  /** Default 100, at most 1,000. */
  limit?: number | undefined
}

/** What is looked for among all events; absent: whatever it is. */
export interface EventQuery extends SubjectQuery {
  kind?: string | undefined
  /** Together with `kind`. */
  subjectId?: string | undefined
  key?: string | undefined
  /** Together with `key`. */
  code?: string | undefined
  /** An account's id; null: the program itself. */
  createdBy?: string | null | undefined
  correlationId?: string | undefined
  from?: Date | undefined
  /** The first moment that is not wanted any more. */
  until?: Date | undefined
}

/** What happened to one subject. */
export async function readSubject(
  client: SqlClient,
  { kind, id }: Subject,
  { lowest, before, limit }: SubjectQuery,
): Promise<EventPage> {
  const where = new Conditions()
  where.add('subject_kind = ?', kind)
  where.add('subject_id = ?', id)
  where.add('level >= ?', lowest && levels[lowest])
  where.add('place < ?', before)
  return page(client, where, 'place', limit)
}

/** What happened, to whatever subject. */
export async function readEvents(client: SqlClient, query: EventQuery): Promise<EventPage> {
  const { kind, subjectId, key, code, createdBy, correlationId, from, until, lowest, before, limit } = query
  const where = new Conditions()
  where.add('subject_kind = ?', kind)
  where.add('subject_id = ?', subjectId)
  where.add('key = ?', key)
  where.add('code = ?', code)
  // No index serves `is not distinct from`.
  if (createdBy === null) where.addPlain('created_by is null')
  else where.add('created_by = ?', createdBy)
  where.add('correlation_id = ?', correlationId)
  where.add(`created_at >= ? and id >= ${firstSince('-')}`, from)
  where.add(`created_at < ? and id < ${firstSince('+')}`, until)
  where.add('level >= ?', lowest && levels[lowest])
  where.add('id < ?', before)
  return page(client, where, 'id', limit)
}

/**
 * The first id of that time, found by its index: rows are in the order of their ids, and a span that matches few
 * of them would otherwise be looked for among all. Ids and times may differ by the length of a transaction.
 */
const firstSince = (slack: '-' | '+') => `coalesce((
  select first.id from ${schema}.event first where first.created_at >= ?::timestamptz ${slack} interval '10 minutes'
  order by first.created_at, first.id limit 1), 9223372036854775807)`

async function page(
  client: SqlClient,
  where: Conditions,
  order: 'place' | 'id',
  limit = 100,
): Promise<EventPage> {
  const most = Math.min(Math.max(1, Math.trunc(limit)), 1_000)
  const { rows } = await client.query<EventRow>(
    `${selectEvents} ${where.sql} order by ${order} desc limit ${most + 1}`,
    where.values,
  )
  const events = rows.slice(0, most).map(eventOf)
  return { events, next: rows.length > most ? (events.at(-1)?.[order] ?? null) : null }
}

/** Conditions with their values; one whose value is undefined is left out. */
class Conditions {
  readonly values: unknown[] = []
  readonly #parts: string[] = []

  add(sql: string, value: unknown): void {
    if (value === undefined) return
    this.values.push(value)
    this.#parts.push(sql.replaceAll('?', `$${this.values.length}`))
  }

  addPlain(sql: string): void {
    this.#parts.push(sql)
  }

  get sql(): string {
    return this.#parts.length > 0 ? `where ${this.#parts.join(' and ')}` : ''
  }
}
