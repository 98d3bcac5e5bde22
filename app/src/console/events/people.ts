import type { LoggedEvent } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'

/** The account that an event is about; null where it is about something else. */
export const accountOf = ({ subject: { kind, id } }: LoggedEvent): string | null =>
  kind === 'account' ? id : null

/** Names of the accounts that caused these events, or that they are about, by id. An account may be gone. */
export async function namesOf(
  { database }: Pick<Context, 'database'>,
  events: LoggedEvent[],
): Promise<Map<string, string>> {
  const ids = [...new Set(events.flatMap((event) => [event.createdBy ?? [], accountOf(event) ?? []].flat()))]
  if (ids.length === 0) return new Map()
  const { rows } = await database.pool.query<{ id: string; name: string }>(
    'select id::text, name from factotum.account where id::text = any ($1)',
    [ids],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
