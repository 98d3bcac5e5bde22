import { join } from 'node:path'
import type { CurrentJob } from '@factotum/jobs'
import { JobError } from '@factotum/jobs'
import { sql } from 'drizzle-orm'
import type { Cause } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'
import type { Transaction } from '../../platform/database/index.ts'
import { outputFolder } from '../../platform/storage/outputs.ts'
import { changeFile, type Expected } from './change.ts'
import { giveUpData } from './give-up.ts'
import { errorNews, okNews, progressNews, startedNews } from './news.ts'
import { patiently } from './patiently.ts'
import type { Profile } from './profile/profile.ts'
import { UnreadableFile } from './profile/report.ts'
import { ProfileFailed, runProfile } from './profile/run-profile.ts'
import { recordFile } from './record.ts'
import { storeReport } from './report-store.ts'
import type { StoredFile } from './schema.ts'
import { startable } from './status.ts'
import { encodingOf } from './survey.ts'

/** What a job needs of the engine. */
export type ProcessJob = Pick<CurrentJob, 'signal' | 'progress' | 'correlationId'>

/** The file is not this run's any more: it was given up, or another worker has it. */
class Taken extends Error {
  override name = 'Taken'
}

/** Told, in the transaction that stores it, of a report of which somebody wants a copy. */
export type WhenCopied = (client: Transaction['client'], cause: Cause) => Promise<unknown>

/** How one run ended, as the job's result. */
export type Outcome = { status: 'Ok' | 'Error' | 'Canceled' } | { status: 'skipped' }

/**
 * Profiles a file, and writes its report. Every write names this start of it: once the file was canceled, or
 * another worker has begun, nothing more is written.
 */
export async function processFile(
  context: Context,
  id: number,
  run: number,
  job: ProcessJob,
  copy: WhenCopied = async () => {},
): Promise<Outcome> {
  const file = await begin(context, id, run)
  if (!file?.storageKey) return { status: 'skipped' }
  const cause = { createdBy: null, correlationId: job.correlationId ?? undefined }
  const mine: Expected = { id, status: ['Processing'], run, attempt: file.attempt }
  try {
    const profile = await profileOf(context, file, mine, job)
    return (await succeed(context, mine, cause, profile, copy)) ? { status: 'Ok' } : { status: 'skipped' }
  } catch (error) {
    if (error instanceof Taken) return { status: 'skipped' }
    // The person at the jobs page canceled the job, not knowing of the file.
    if (error instanceof JobError.Canceled) {
      await cancel(context, mine, cause)
      return { status: 'Canceled' }
    }
    if (error instanceof UnreadableFile) {
      await fail(context, mine, cause, error.message)
      return { status: 'Error' }
    }
    // Another worker goes on with it, at once or when this one is up again.
    if (job.signal.aborted && !(error instanceof JobError.Timeout)) throw error
    await fail(context, mine, cause, sentence(error))
    throw error
  }
}

function begin(context: Context, id: number, run: number): Promise<StoredFile | null> {
  return context.database.transaction((tx) =>
    changeFile(
      context,
      tx,
      { id, status: startable, run },
      {
        status: 'Processing',
        attempt: sql`attempt + 1`,
        progress: 0,
        error: null,
        startedAt: sql`clock_timestamp()`,
        endedAt: null,
      },
      startedNews,
    ),
  )
}

async function profileOf(
  context: Context,
  file: StoredFile,
  mine: Expected,
  job: ProcessJob,
): Promise<Profile> {
  const { survey, settings, storageKey } = file
  const data = await context.storage.localFile(storageKey ?? '')
  const teller = tellProgress(context, mine, job)
  try {
    const encoding = settings.encoding ?? encodingOf(survey)
    return await runProfile({
      path: data.path,
      encoding,
      suspect: encoding === 'utf-8' && (survey.nulBytes > 0 || !survey.utf8),
      settings,
      workFolder: join(context.config.home, 'work'),
      signal: AbortSignal.any([job.signal, teller.taken]),
      onProgress: teller.tell,
    })
  } finally {
    await teller.stop()
    await data.release()
  }
}

const tellEvery = 250
const askEvery = 1_000

/** Writes progress at most four times a second, and at least every second: that is how a cancel is seen. */
function tellProgress(context: Context, mine: Expected, job: ProcessJob) {
  const taken = new AbortController()
  let share = 0
  let told = 0
  let toldAt = 0
  let writing = Promise.resolve()
  let busy = false
  const write = async (value: number, changed: boolean) => {
    try {
      const file = await context.database.transaction((tx) =>
        changeFile(context, tx, mine, { progress: value }, (file) =>
          changed ? progressNews(file, value) : [],
        ),
      )
      if (!file) taken.abort(new Taken('The file was taken from this run.'))
      await job.progress(value)
    } catch (error) {
      // A database that is away for a moment is no reason to stop: the end is written with patience.
      context.log.debug({ err: error, file: mine.id }, 'progress was not written')
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => {
    const changed = share !== told
    if (busy || !(changed || performance.now() - toldAt >= askEvery)) return
    busy = true
    told = share
    toldAt = performance.now()
    writing = write(told, changed)
  }, tellEvery)
  return {
    taken: taken.signal,
    tell(value: number) {
      share = value
    },
    async stop() {
      clearInterval(timer)
      await writing
    },
  }
}

const ending = { endedAt: sql`clock_timestamp()` }

function succeed(
  context: Context,
  mine: Expected,
  cause: Cause,
  { summary, columns }: Profile,
  copy: WhenCopied,
): Promise<StoredFile | null> {
  return patiently(context, () =>
    context.database.transaction(async (tx) => {
      const set = { ...ending, status: 'Ok' as const, progress: 1, error: null, summary }
      const file = await changeFile(context, tx, mine, set, okNews)
      if (file) {
        await storeReport(tx, mine.id, columns)
        await recordFile(context, tx.client, file, { code: 'PROCESSED', cause })
        if (outputFolder(context.settings)) await copy(tx.client, cause)
      }
      return file
    }),
  )
}

function fail(context: Context, mine: Expected, cause: Cause, message: string): Promise<StoredFile | null> {
  const set = { ...ending, status: 'Error' as const, error: message }
  return patiently(context, () =>
    context.database.transaction(async (tx) => {
      const file = await changeFile(context, tx, mine, set, (failed) => errorNews(failed, message))
      if (file)
        await recordFile(context, tx.client, file, { code: 'FAILED', cause, further: { error: message } })
      return file
    }),
  )
}

async function cancel(context: Context, mine: Expected, cause: Cause): Promise<void> {
  await patiently(context, () => giveUpData(context, mine, 'Canceled', cause))
}

function sentence(error: unknown): string {
  const failed = error instanceof ProfileFailed ? error.message : ''
  if (/ENOSPC|no space left/i.test(failed)) {
    return 'There is not enough room on the disk to process the file. Free some, and run it again.'
  }
  if (/out of memory/i.test(failed)) {
    return 'The file needs more memory than there is for one file. Send it in parts.'
  }
  if (error instanceof JobError.Timeout) return 'The file took longer than a file may take. Send it in parts.'
  return 'The file could not be processed, and not by its own fault: the job tells more. Run it again; if that fails too, show it to whoever runs this program.'
}
