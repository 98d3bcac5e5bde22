import type { EventCode, EventLog, LoggedEvent } from '../../eventlog/index.ts'
import { accountEvents, signInEvents } from './events.ts'

/** What happened to one's own account. */
export interface OwnEvent {
  id: number
  /** As the code's description says it. */
  what: string
  /** Whence it was done, where the event says so. */
  address: string | null
  agent: string | null
  at: Date
}

/** The latest of an account, newest first. */
export async function ownLog(events: Pick<EventLog, 'readSubject'>, accountId: string): Promise<OwnEvent[]> {
  const page = await events.readSubject({ kind: 'account', id: accountId }, { limit: 8 })
  return page.events.map((event) => ({
    id: event.id,
    what: descriptionOf(event),
    address: textIn(event.context, 'address'),
    agent: textIn(event.context, 'agent'),
    at: event.createdAt,
  }))
}

const definitions: Record<string, Record<string, EventCode>> = {
  [accountEvents.key]: accountEvents.codes,
  [signInEvents.key]: signInEvents.codes,
}

/** Others may write about accounts, too. */
const descriptionOf = ({ key, code }: LoggedEvent) =>
  definitions[key]?.[code]?.description ?? `${key} ${code}`

function textIn(context: LoggedEvent['context'], name: string): string | null {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return null
  const value = context[name]
  return typeof value === 'string' && value !== '' ? value : null
}
