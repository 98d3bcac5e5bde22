import { AsyncLocalStorage } from 'node:async_hooks'
import type { ParentJob } from './job-status.ts'

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
  /**
   * Runs `work` and keeps its answer with the job, before it answers it; whenever this job runs again (a retry, after its
   * worker's death, by hand), a step of that name answers what was kept and does not run `work`. Twice in one run it
   * answers the same. What `work` throws is not kept. A process that dies between the work and the keeping does the work
   * again: make it safe to repeat.
   *
   * @param name up to 200 characters, one for each step of a handler
   * @throws JobError.Invalid for an answer that is not JSON; JobError.Lost once this run owns the job no more
   */
  step<T>(name: string, work: () => T | Promise<T>): Promise<T>
  /**
   * What this job waited for, in the order in which `after` named it: each with its state now, and its result or error.
   * Empty where it waited for nothing.
   *
   * @throws JobError.Lost once this run owns the job no more
   */
  parents(): Promise<ParentJob[]>
}

/** One for all copies of this package in a process: a handler's module may come with another than its worker. */
const key = Symbol.for('@factotum/jobs/current-job')
const running = sharedStorage()

/** Runs `work` as the given job. */
export function asJob<T, Given extends unknown[]>(
  job: CurrentJob,
  work: (...given: Given) => T,
  ...given: Given
): T {
  return running.run(job, work, ...given)
}

/** @throws Error outside a job. */
export function currentJob(): CurrentJob {
  const job = running.getStore()
  if (job) return job
  throw new Error(
    'currentJob() was called outside a job. It works in a handler that a worker runs, and in what the handler calls or awaits.',
  )
}

function sharedStorage(): AsyncLocalStorage<CurrentJob> {
  const there: unknown = Reflect.get(globalThis, key)
  if (there instanceof AsyncLocalStorage) return there
  const made = new AsyncLocalStorage<CurrentJob>()
  Reflect.set(globalThis, key, made)
  return made
}
