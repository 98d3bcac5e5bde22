import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { LiveMessage } from '../../live/index.ts'
import type { Context } from '../../platform/context.ts'
import type { Transaction } from '../../platform/database/index.ts'
import { files, type StoredFile } from './schema.ts'
import type { FileStatus } from './status.ts'

/** What a file must still be for a change to be made. */
export interface Expected {
  id: number
  status: FileStatus[]
  /** The request to process that the change belongs to. */
  run?: number
  /** The start of a worker that it belongs to: a later one has taken the file over. */
  attempt?: number
}

/** All columns but the report's. */
export const fileFields = {
  id: files.id,
  name: files.name,
  size: files.size,
  sha256: files.sha256,
  storageKey: files.storageKey,
  survey: files.survey,
  status: files.status,
  run: files.run,
  attempt: files.attempt,
  jobId: files.jobId,
  settings: files.settings,
  progress: files.progress,
  error: files.error,
  createdAt: files.createdAt,
  startedAt: files.startedAt,
  endedAt: files.endedAt,
  updatedAt: files.updatedAt,
}

/**
 * Changes a file and tells the news of it, in the caller's transaction; null where it is not any more what is
 * expected: whoever comes too late changes nothing.
 */
export async function changeFile(
  { live }: Pick<Context, 'live'>,
  { client, db }: Transaction,
  { id, status, run, attempt }: Expected,
  set: PgUpdateSetSource<typeof files>,
  news: (file: StoredFile) => LiveMessage[],
): Promise<StoredFile | null> {
  const conditions: SQL[] = [eq(files.id, id), inArray(files.status, status)]
  if (run !== undefined) conditions.push(eq(files.run, run))
  if (attempt !== undefined) conditions.push(eq(files.attempt, attempt))
  const [file] = await db
    .update(files)
    .set({ ...set, updatedAt: sql`clock_timestamp()` })
    .where(and(...conditions))
    .returning(fileFields)
  if (!file) return null
  await live.publish(client, ...news(file))
  return file
}
