import type { Cause, CodeOf, JsonValue, SqlClient } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'
import { fileEvents } from './events.ts'
import type { StoredFile } from './schema.ts'

export interface FileHappening {
  code: CodeOf<typeof fileEvents>
  cause: Cause
  /** Beside the file's name. */
  further?: { [name: string]: JsonValue }
}

/** Writes into the event log what happened to a file, in the caller's transaction. */
export async function recordFile(
  { events }: Pick<Context, 'events'>,
  client: SqlClient,
  { id, name }: Pick<StoredFile, 'id' | 'name'>,
  { code, cause, further }: FileHappening,
): Promise<void> {
  const subject = { kind: 'file', id: String(id) }
  const context = { name, ...further }
  await events.process(client, subject, fileEvents, { ...cause, code, chosenBy: 'program', context })
}

/** The job of what happened belongs to the same request. */
export const correlated = ({ correlationId }: Cause) => (correlationId === undefined ? {} : { correlationId })
