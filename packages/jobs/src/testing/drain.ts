import type { JobManager } from '../job-manager.ts'
import type { Duration } from '../types.ts'
import type { Drained } from './outcomes.ts'
import { Session } from './session.ts'

export interface DrainOptions {
  /** Default: all queues that have due jobs with a handler in this program. */
  queues?: string[]
  /** Handlers at work at once; default 1, so that jobs run in order, one after the other. */
  concurrency?: number
  /** How long the work may take; default 10 s. */
  timeout?: Duration
  /**
   * `'reject'` (default): rejects where an attempt failed, also one that will be tried again. `'return'`: failures are
   * only answered.
   */
  failures?: 'reject' | 'return'
}

/**
 * Runs all that is due, and what these jobs enqueue, until nothing is due: by a worker of its own, as in production. What
 * is due later stays, the next attempt of a job that failed among it; `advance` lets time pass. Passed over are jobs
 * without a handler here, paused queues, and what waits for other jobs, for a key that
 * such a job holds, or for a limit.
 *
 * @throws JobError.Failed with the error of the first failed attempt as its cause, JobError.Timeout, JobError.Invalid
 */
export async function drain(jobs: JobManager, options: DrainOptions = {}): Promise<Drained> {
  const session = new Session(jobs, options)
  try {
    await session.runDue()
    return await session.end()
  } finally {
    await session.stop()
  }
}
