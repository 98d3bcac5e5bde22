import { eq } from 'drizzle-orm'
import type { Cause } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'
import { databaseIsAway } from '../../platform/errors/refusal.ts'
import { fileFields } from './change.ts'
import fileJobs from './jobs.ts'
import { queuedNews } from './news.ts'
import type { Received } from './receive.ts'
import { correlated, recordFile } from './record.ts'
import { files, type StoredFile } from './schema.ts'

/** Makes a received upload a file that waits for its job: all in one transaction, or nothing and no data either. */
export async function acceptFile(
  context: Context,
  { name, key, size, sha256, survey }: Received,
  cause: Cause,
): Promise<StoredFile> {
  const { profile } = fileJobs(context)
  try {
    return await context.database.transaction(async ({ client, db }) => {
      const [file] = await db
        .insert(files)
        .values({ name, size, sha256, storageKey: key, survey })
        .returning({ id: files.id, run: files.run })
      if (!file) throw new Error('The file was not inserted.')
      const job = await profile.with({ client, ...correlated(cause), follow: true }).delay(file.id, file.run)
      const [stored] = await db
        .update(files)
        .set({ jobId: job.id })
        .where(eq(files.id, file.id))
        .returning(fileFields)
      if (!stored) throw new Error(`File ${file.id} is gone.`)
      await context.live.publish(client, ...queuedNews(stored))
      await recordFile(context, client, stored, { code: 'UPLOADED', cause, further: { size, sha256 } })
      return stored
    })
  } catch (error) {
    // Without an answer nobody knows whether it was committed. `tidy` does, an hour later.
    if (!(error instanceof Error && databaseIsAway(error))) await context.storage.remove(key).catch(() => {})
    throw error
  }
}
