import type { CodeOf, EventLog } from '../../eventlog/index.ts'
import type { Database } from '../database/index.ts'
import type { signInEvents } from './events.ts'
import { type Recorder, whence } from './record.ts'
import { attemptWindow } from './rules.ts'
import type { Visitor } from './visitor.ts'

export type FailureCode = Extract<CodeOf<typeof signInEvents>, 'PASSWORD_REFUSED' | 'CODE_REFUSED' | 'SHUT'>

export interface FailureParts {
  database: Pick<Database, 'transaction'>
  events: Pick<EventLog, 'read'>
  record: Recorder
}

/**
 * Writes that somebody could not sign in. The log is only added to, and whoever guesses would fill it: each kind
 * of failure is told once in a quarter of an hour for an account, and for an email that nobody has never. What was
 * typed is not told: it may be a password in the wrong field.
 */
export async function recordFailure(
  { database, events, record }: FailureParts,
  accountId: string,
  code: FailureCode,
  visitor: Visitor,
): Promise<void> {
  const from = new Date(Date.now() - attemptWindow * 1_000)
  const told = await events.read({
    kind: 'account',
    subjectId: accountId,
    key: 'sign_in',
    code,
    from,
    limit: 1,
  })
  if (told.events.length > 0) return
  // Two at once may both be told.
  await database.transaction((tx) =>
    record.signIn(tx, accountId, {
      code,
      createdBy: null,
      correlationId: visitor.requestId,
      context: whence(visitor),
    }),
  )
}
