import { currentJob } from '@factotum/jobs'
import { defineJobs } from '../../platform/feature.ts'
import { copyReport } from './copy-report.ts'
import { gate } from './gate.ts'
import { processFile, type WhenCopied } from './process.ts'
import { correlated } from './record.ts'
import { tidyFiles } from './tidy.ts'

/**
 * Each takes two threads and up to 1 GB; more at a time would only make each slower. It is this machine that is short, so
 * not a limit of the queue: that would count over the workers of all machines, hold `tidy` up too, and overwrite what a
 * person has set on the queue.
 */
const profilesAtOnce = 2

export default defineJobs((context) => {
  const inTurn = gate(profilesAtOnce)
  const copy = context.jobs.job(
    'files.copy',
    async (id: number) => ({ path: await copyReport(context, id) }),
    {
      queue: 'files',
      // A disk that is away is there again later.
      retries: 12,
      backoff: 'exponential',
      backoffDelay: '5s',
    },
  )
  return {
    /** Profiles one file, for the `run`th request to do so. Its own failures end at the file: it is not tried again. */
    profile: context.jobs.job(
      'files.profile',
      async (id: number, run: number) => {
        const job = currentJob()
        const copied: WhenCopied = (client, cause) => copy.with({ client, ...correlated(cause) }).delay(id)
        return inTurn(job.signal, () => processFile(context, id, run, job, copied))
      },
      { queue: 'files' },
    ),
    /** Puts a copy of a file's report into the folder that the settings name. */
    copy,
    /** Mends what crashes left. */
    tidy: context.jobs.job('files.tidy', async () => ({ ...(await tidyFiles(context)) }), { queue: 'files' }),
  }
})
