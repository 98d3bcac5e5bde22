import type { TransactionClient } from './clients.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import type { Duration } from './types.ts'

/** Delay before the next attempt: a kind, or a function of the number of attempts that failed so far (from 1). */
export type Backoff = 'fixed' | 'exponential' | ((failedAttempts: number) => Duration)

/** A key: text, or a function that makes it of the job's arguments; null for none. At most 200 characters. */
export type Key<Args extends unknown[]> = string | ((...args: Args) => string | null)

/** How long a unique key is taken: until its job has ended, or until it starts. */
export type UniqueWhile = 'unfinished' | 'waiting'

/** How a job's runs behave. */
export interface RunOptions {
  /** Default `'default'`. */
  queue?: string
  /** Higher runs first; a whole number from -32767 to 32767, default 0. */
  priority?: number
  /** Further attempts after the first that failed; default 0. A worker's death spends none. */
  retries?: number
  /** Default `'exponential'`, with jitter. */
  backoff?: Backoff
  /** The first delay of `backoff`; default 1 s. */
  backoffDelay?: Duration
  /** Ends an attempt that takes longer, as failed; default none. */
  timeout?: Duration
  /** Whether a job that waits for its next attempt keeps others of its serial key waiting; default true. */
  retryHoldsKey?: boolean
}

/** Which jobs belong together. */
export interface KeyOptions<Args extends unknown[]> {
  /** Jobs of a queue with the same one run strictly one at a time, in order; default none. */
  serialKey?: Key<Args>
  /** Whose share of the queue's limits per key it is; default none. */
  limitKey?: Key<Args>
  /** While there is a job of this name with the same one, a further call answers that one's handle; default none. */
  uniqueKey?: Key<Args>
  /** Default `'unfinished'`; with `debounce` always `'waiting'`. */
  uniqueWhile?: UniqueWhile
  /**
   * The job runs this long after the last call with its unique key, with that call's arguments: each call moves its time
   * and replaces them. Needs `uniqueKey`.
   */
  debounce?: Duration
}

/** Options of a job, given with its definition, and for one call by `with`. */
export interface JobOptions<Args extends unknown[] = unknown[]> extends RunOptions, KeyOptions<Args> {}

/** Where a job's handler runs; it is given by its module then. */
export interface SandboxOptions {
  /**
   * Beside the event loop, in a thread or a process of its own, which is kept for the next job of that module. Default:
   * in the worker's event loop.
   */
  sandbox?: 'thread' | 'process' | undefined
  /**
   * Fails an attempt that holds more, in MB or as text (`'256mb'`, `'2gb'`): of a thread its JavaScript heap, default
   * 1 GB; of a process all of it, default unlimited.
   */
  memory?: number | string | undefined
}

/** Options of a job's definition. */
export interface DefinitionOptions<Args extends unknown[] = unknown[]>
  extends JobOptions<Args>,
    SandboxOptions {
  /**
   * Any Standard Schema (zod, valibot, ArkType …) for the list of arguments, such as `z.tuple([z.string()])`: checked when
   * enqueued and before each run. Calls give its input, which is what is stored; the handler gets its output.
   */
  schema?: StandardSchemaV1 | undefined
}

/** Options of one call. */
export interface CallOptions<Args extends unknown[] = unknown[]> extends JobOptions<Args> {
  /**
   * The caller's transaction, as `pg`, `postgres`, Kysely, Drizzle or Prisma give it: the job exists exactly if it
   * commits.
   */
  client?: TransactionClient
  /** Goes with the job and with all it writes, so that a request can be followed; at most 200 characters. */
  correlationId?: string
  /** Keep this job's changes for `JobManager.takeChanges`; default false. */
  follow?: boolean
  /**
   * Jobs that must have ended before this one may start: handles or ids, up to 10,000. Until then it is `deferred`. Jobs
   * that have ended already count as ended; an empty list waits for nothing.
   */
  after?: AfterJobs
  /**
   * What becomes of the job when one of those fails or is canceled: `'cancel'` (the default) cancels it, and with it those
   * that wait for it in turn; `'run'` runs it whatever became of them.
   */
  afterFailure?: AfterFailure
}

/** Jobs to wait for. */
export type AfterJobs = JobReference | readonly JobReference[]

/** A job's handle, or its id. */
export type JobReference = string | { readonly id: string }

export type AfterFailure = 'cancel' | 'run'
