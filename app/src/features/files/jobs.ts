import { currentJob } from '@factotum/jobs'
import { defineJobs } from '../../platform/feature.ts'
import { gate } from './gate.ts'
import { processFile } from './process.ts'
import { tidyFiles } from './tidy.ts'

/**
 * Each takes two threads and up to 1 GB; more at a time would only make each slower. It is this machine that is short, so
 * not a limit of the queue: that would count over the workers of all machines, hold `tidy` up too, and overwrite what a
 * person has set on the queue.
 */
const profilesAtOnce = 2

export default defineJobs((context) => {
  const inTurn = gate(profilesAtOnce)
  return {
    /** Profiles one file, for the `run`th request to do so. Its own failures end at the file: it is not tried again. */
    profile: context.jobs.job(
      'files.profile',
      async (id: number, run: number) => {
        const job = currentJob()
        return inTurn(job.signal, () => processFile(context, id, run, job))
      },
      { queue: 'files' },
    ),
    /** Mends what crashes left. */
    tidy: context.jobs.job('files.tidy', async () => ({ ...(await tidyFiles(context)) }), { queue: 'files' }),
  }
})
