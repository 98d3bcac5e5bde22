import { AsyncLocalStorage } from 'node:async_hooks'

/** The job that this code runs for. */
export interface CurrentJob {
  /** A bigint as text. */
  readonly id: string
  readonly name: string
  readonly queue: string
  /** 1 for the first; a retry by hand begins anew. */
  readonly attempt: number
  /** When it was meant to run: the time of its schedule or delay, whatever retries came since. */
  readonly scheduledFor: Date
  readonly correlationId: string | null
  /** Aborts when the job is canceled, timed out, or owned by another worker; its reason is a `JobError`. */
  readonly signal: AbortSignal
  /**
   * Tells how far the work is: 0 to 1, with an optional message. Written about four times a second; the last is never lost.
   *
   * @throws JobError.Invalid for a value outside 0 to 1; JobError.Lost once this run owns the job no more.
   */
  progress(value: number, message?: string): Promise<void>
  /** Keeps a line with the job, formatted as `console.log` does; the newest 1,000 lines of up to 10,000 characters. */
  log(format: string, ...args: unknown[]): void
}

const running = new AsyncLocalStorage<CurrentJob>()

/** Runs `work` as the given job. */
export function asJob<T>(job: CurrentJob, work: () => T): T {
  return running.run(job, work)
}

/** @throws Error outside a job. */
export function currentJob(): CurrentJob {
  const job = running.getStore()
  if (job) return job
  throw new Error(
    'currentJob() was called outside a job. It works in a handler that a worker runs, and in what the handler calls or awaits.',
  )
}
