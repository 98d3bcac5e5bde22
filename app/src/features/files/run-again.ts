import { sql } from 'drizzle-orm'
import type { Cause } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'
import { changeFile } from './change.ts'
import errors from './errors.ts'
import fileJobs from './jobs.ts'
import { queuedNews } from './news.ts'
import type { Settings } from './profile/report.ts'
import { correlated, recordFile } from './record.ts'
import type { StoredFile } from './schema.ts'
import { finished, unfinished } from './status.ts'

/**
 * Processes a file again, read as a person says.
 *
 * @throws HttpError file_busy, file_data_gone
 */
export async function runAgain(
  context: Context,
  file: StoredFile,
  settings: Settings,
  cause: Cause,
): Promise<StoredFile> {
  const { profile } = fileJobs(context)
  const queued = await context.database.transaction(async (tx) => {
    // First the file, so that of two requests one finds it queued already.
    const again = await changeFile(
      context,
      tx,
      { id: file.id, status: finished, run: file.run },
      {
        status: 'Waiting',
        run: sql`run + 1`,
        settings,
        progress: 0,
        error: null,
        startedAt: null,
        endedAt: null,
      },
      () => [],
    )
    if (!again) return null
    const job = await profile
      .with({ client: tx.client, ...correlated(cause), follow: true })
      .delay(again.id, again.run)
    const expected = { id: again.id, status: [again.status], run: again.run }
    const waiting = await changeFile(context, tx, expected, { jobId: job.id }, queuedNews)
    await recordFile(context, tx.client, again, { code: 'RUN_AGAIN', cause, further: { ...settings } })
    return waiting
  })
  if (queued) return queued
  const { name } = file
  const status = file.status.toLowerCase()
  if (unfinished.includes(file.status)) throw errors.fail('file_busy', { name, status })
  if (finished.includes(file.status))
    throw errors.fail('file_busy', { name, status: 'being processed again' })
  throw errors.fail('file_data_gone', { name, status })
}
