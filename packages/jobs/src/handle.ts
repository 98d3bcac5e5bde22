import type { JobStatus } from './types.ts'

/** What a handle asks of its manager. */
export interface HandleHost {
  status(id: string): Promise<JobStatus | null>
  result(id: string): Promise<unknown>
  cancel(id: string): Promise<'canceled' | 'canceling'>
}

/** One enqueued job. */
export interface JobHandle<Result> {
  /** A bigint as text. */
  readonly id: string
  /** Null where history has dropped it, or the caller's transaction did not commit. */
  status(): Promise<JobStatus<Result> | null>
  /**
   * Waits for the job's end, however long it takes.
   *
   * @throws JobError.Failed with the last attempt's error, JobError.Canceled, JobError.NotFound where there is no such
   *   job (any more), JobError.Closed when the manager closes first
   */
  result(): Promise<Result>
  /** As `JobManager.cancel`. */
  cancel(): Promise<'canceled' | 'canceling'>
}
