import type { JobStatus } from '@factotum/jobs'
import { inArray } from 'drizzle-orm'
import type { Context } from '../../platform/context.ts'
import { changeFile, type Expected, fileFields } from './change.ts'
import { giveUpData } from './give-up.ts'
import { errorNews } from './news.ts'
import { storageFolder } from './receive.ts'
import { recordFile } from './record.ts'
import { files, type StoredFile } from './schema.ts'
import { unfinished } from './status.ts'

const hour = 3_600_000
const keysAtOnce = 500

export interface Tidied {
  /** Files that waited for a job that has ended. */
  settled: number
  /** Stored data that belonged to no file. */
  orphans: number
}

/** Mends what crashes and cancels elsewhere left behind. Runs every few minutes. */
export async function tidyFiles(context: Context, now = Date.now()): Promise<Tidied> {
  return { settled: await settleFiles(context), orphans: await removeOrphans(context, now) }
}

/** A job that is canceled before its start, or given up after it killed workers, never tells its file. */
async function settleFiles(context: Context): Promise<number> {
  const waiting = await context.database.db
    .select(fileFields)
    .from(files)
    .where(inArray(files.status, unfinished))
    .limit(1_000)
  let settled = 0
  for (const file of waiting) {
    const job = file.jobId === null ? null : await context.jobs.status(file.jobId)
    if (job && !['finished', 'failed', 'canceled'].includes(job.state)) continue
    if (await settle(context, file, job)) settled++
  }
  return settled
}

async function settle(context: Context, file: StoredFile, job: JobStatus | null): Promise<boolean> {
  const expected: Expected = { id: file.id, status: unfinished, run: file.run, attempt: file.attempt }
  const cause = { createdBy: null, correlationId: job?.correlationId ?? undefined }
  if (job?.state === 'canceled') return Boolean(await giveUpData(context, expected, 'Canceled', cause))
  const message = 'The job that processed the file ended without a report. Run the file again.'
  return context.database.transaction(async (tx) => {
    const set = { status: 'Error' as const, error: message, endedAt: new Date() }
    const failed = await changeFile(context, tx, expected, set, (gone) => errorNews(gone, message))
    if (failed)
      await recordFile(context, tx.client, failed, { code: 'FAILED', cause, further: { error: message } })
    return failed !== null
  })
}

/** An upload is stored before its row is written: a crash between leaves data that nobody knows. */
async function removeOrphans({ database, storage }: Context, now: number): Promise<number> {
  let removed = 0
  const look = async (keys: string[]) => {
    if (keys.length === 0) return
    const known = await database.db
      .select({ key: files.storageKey })
      .from(files)
      .where(inArray(files.storageKey, keys))
    const kept = new Set(known.map(({ key }) => key))
    for (const key of keys.filter((each) => !kept.has(each))) {
      await storage.remove(key)
      removed++
    }
  }
  let keys: string[] = []
  for await (const { key, modifiedAt } of storage.list(storageFolder)) {
    if (now - modifiedAt.getTime() < hour) continue
    keys.push(key)
    if (keys.length < keysAtOnce) continue
    await look(keys)
    keys = []
  }
  await look(keys)
  return removed
}
