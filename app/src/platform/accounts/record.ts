import type { AnyEvents, EntryOf, EventLog } from '../../eventlog/index.ts'
import type { Transaction } from '../database/index.ts'
import type { Asker } from './asker.ts'
import { accountEvents, signInEvents } from './events.ts'
import type { Visitor } from './visitor.ts'

/**
 * Writes what happened to accounts into the event log, last in the caller's transaction. Codes follow from what
 * was done: nobody chooses them.
 */
export interface Recorder {
  account(tx: Transaction, accountId: string, entry: Recorded<typeof accountEvents>): Promise<void>
  signIn(tx: Transaction, accountId: string, entry: Recorded<typeof signInEvents>): Promise<void>
}

type Recorded<Events extends AnyEvents> = Omit<EntryOf<Events>, 'chosenBy'>

export function recorder(events: Pick<EventLog, 'process'>): Recorder {
  const subject = (id: string) => ({ kind: 'account', id })
  return {
    async account({ client }, id, entry) {
      await events.process(client, subject(id), accountEvents, { ...entry, chosenBy: 'program' })
    },
    async signIn({ client }, id, entry) {
      await events.process(client, subject(id), signInEvents, { ...entry, chosenBy: 'program' })
    },
  }
}

/** By who asks. */
export const by = ({ account }: Asker, requestId?: string | undefined) => ({
  createdBy: account.id,
  correlationId: requestId,
})

/** By the account itself, which a visitor showed to be theirs just now. */
export const byOwner = (accountId: string, visitor: Visitor) => ({
  createdBy: accountId,
  correlationId: visitor.requestId,
  context: whence(visitor),
})

/** Letters of what a browser says of itself: it says what it likes, and the log is only added to. */
const longestAgent = 200

/** Whence somebody came. */
export const whence = ({ address, headers }: Visitor) => ({
  address,
  agent: (headers['user-agent'] ?? '').slice(0, longestAgent),
})
