import { JobError, type JobManager } from '@factotum/jobs'
import type { Logger } from 'pino'
import { withIds } from '../platform/logging/ids.ts'

/**
 * Puts the job's id, and that of the request from which it came, on each line that is logged while it runs, and tells
 * each run when it ends: what people caused for everyone, the program's own quietly.
 */
export function logJobs(jobs: Pick<JobManager, 'use'>, log: Logger): void {
  jobs.use({
    run: ({ id: job, name, attempt, correlationId: correlation }, next) =>
      withIds({ job, ...(correlation === null ? {} : { correlation }) }, async () => {
        const begun = performance.now()
        const figures = () => ({ name, attempt, ms: Math.round(performance.now() - begun) })
        try {
          const result = await next()
          log[correlation === null ? 'debug' : 'info'](figures(), 'job')
          return result
        } catch (error) {
          log[isInOrder(error) ? 'debug' : 'warn']({ ...figures(), err: error }, 'job not finished')
          throw error
        }
      }),
  })
}

/** It goes on at another time or elsewhere, or somebody did not want it any more. */
const isInOrder = (error: unknown) =>
  error instanceof JobError.Snooze || error instanceof JobError.Canceled || error instanceof JobError.Lost
