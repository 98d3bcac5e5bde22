import { type Cause, checkSubject } from './entry.ts'
import { lockHead } from './lock-head.ts'
import { logEvents } from './log-events.ts'
import { type Processing, processEvent } from './process.ts'
import { type SqlClient, schema } from './sql.ts'
import type { LoggedEvent, Subject } from './types.ts'

/** See `EventLog.erase`. */
export async function eraseContent(
  processing: Processing,
  client: SqlClient,
  subject: Subject,
  cause: Cause,
): Promise<LoggedEvent | null> {
  checkSubject(subject)
  // What others write about the subject meanwhile waits, and comes behind the event that tells of the erasing.
  const { place } = await lockHead(client, subject)
  if (place === 0) return null
  await client.query(
    `update ${schema}.event
     set notes = null, context = null, patch = null, salt = null, erased_at = clock_timestamp()
     where subject_kind = $1 and subject_id = $2 and erased_at is null`,
    [subject.kind, subject.id],
  )
  const entry = { ...cause, code: 'CONTENT_ERASED', chosenBy: 'program' as const }
  return processEvent(processing, client, { subject, events: logEvents, entry, effects: {} })
}
