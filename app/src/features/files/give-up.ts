import { eq, sql } from 'drizzle-orm'
import type { Cause } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'
import { changeFile, type Expected, fileFields } from './change.ts'
import errors from './errors.ts'
import { canceledNews, removedNews } from './news.ts'
import { recordFile } from './record.ts'
import { forgetContents } from './report-store.ts'
import { files, type StoredFile } from './schema.ts'
import { givenUp } from './status.ts'

/**
 * Cancels a file that waits or is processed, and removes one that has ended; its data is deleted in both. The
 * status is final at once; the work stops as soon as its worker hears of it.
 *
 * @throws HttpError file_ended
 */
export async function giveUpFile(context: Context, file: StoredFile, cause: Cause): Promise<StoredFile> {
  for (let { status } = file; ; ) {
    const next = givenUp(status)
    if (!next) throw errors.fail('file_ended', { name: file.name, status: status.toLowerCase() })
    const gone = await giveUpData(context, { id: file.id, status: [status] }, next, cause)
    if (gone) {
      if (next === 'Canceled') await stopWork(context, gone)
      return gone
    }
    // A worker was quicker: what it is now decides.
    const [now] = await context.database.db.select(fileFields).from(files).where(eq(files.id, file.id))
    status = now?.status ?? 'Removed'
  }
}

const givenUpAs = {
  Canceled: { news: canceledNews, code: 'CANCELED' },
  Removed: { news: removedNews, code: 'REMOVED' },
} as const

/** Gives the file its last status, and deletes its data; null where it is not what is expected. */
export async function giveUpData(
  context: Context,
  expected: Expected,
  status: 'Canceled' | 'Removed',
  cause: Cause,
): Promise<StoredFile | null> {
  const { database, storage, log } = context
  const given = await database.transaction(async (tx) => {
    const [before] = await tx.db
      .select({ key: files.storageKey })
      .from(files)
      .where(eq(files.id, expected.id))
      .for('update')
    const ended = status === 'Canceled' ? { endedAt: sql`clock_timestamp()` } : {}
    const { news, code } = givenUpAs[status]
    const file = await changeFile(context, tx, expected, { status, storageKey: null, ...ended }, news)
    if (file) {
      await forgetContents(tx, file.id)
      await recordFile(context, tx.client, file, { code, cause })
    }
    return file && { file, key: before?.key ?? null }
  })
  if (!given) return null
  // Where this is not reached, `tidy` finds data that belongs to nobody.
  if (given.key) {
    await storage
      .remove(given.key)
      .catch((error) => log.warn({ err: error, file: expected.id }, 'the data of a file was not removed'))
  }
  return given.file
}

/** The worker would see it at its next progress; its job's signal is quicker. */
async function stopWork({ jobs, log }: Context, { jobId, id }: StoredFile): Promise<void> {
  if (jobId === null) return
  await jobs.cancel(jobId).catch((error) => log.debug({ err: error, file: id }, 'the job was not canceled'))
}
