import { cancelJob } from './cancel.ts'
import type { Ends } from './ends.ts'
import type { Engine } from './engine.ts'
import type { JobStatus } from './job-status.ts'
import { jobResult, jobStatus } from './status.ts'

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

/** What the handles of one manager do their work with. */
export interface HandleHost {
  readonly engine: Engine
  readonly ends: Ends
}

/** A class, as closures of its own for each of a thousand jobs cost more than all else that `delayMany` does. */
export class Handle<Result> implements JobHandle<Result> {
  readonly id: string
  readonly #host: HandleHost

  constructor(host: HandleHost, id: string) {
    this.id = id
    this.#host = host
  }

  status(): Promise<JobStatus<Result> | null> {
    return jobStatus<Result>(this.#host.engine.database, this.id)
  }

  async result(): Promise<Result> {
    await this.#host.ends.of(this.id)
    return jobResult<Result>(this.#host.engine.database, this.id)
  }

  cancel(): Promise<'canceled' | 'canceling'> {
    return cancelJob(this.#host.engine, this.id)
  }
}
