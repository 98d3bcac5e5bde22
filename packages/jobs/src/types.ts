import type { TransactionClient } from './clients.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'

/*
 * Glossary
 *
 * Job        one call of a handler, stored: its arguments, options, state and, in the end, its result or error.
 * Handler    the function that does a job's work. A definition without one can only enqueue.
 * Queue      a name by which workers choose what they run. Made by its first job.
 * Worker     a program's loop that claims jobs and runs their handlers, `concurrency` at a time.
 * Claim      taking a job for one worker. Each claim has a token, new each time and never used again.
 * Fencing    every write about a running job names its token, and does nothing once another claim holds the job.
 * Attempt    one run that ended by itself, well or badly. A worker's death is none.
 * Floor      the lower bound from which a claim begins to look, so that it passes over dead index entries.
 * Hot table  the jobs that have not ended. History: the ended ones, in partitions by day.
 * Parent     a job that another, its child, waits for; while it does it is deferred.
 * Step       a part of a handler's work whose answer is kept, so that a later attempt does not repeat it.
 * Parked     ready, but no worker has a handler for its name.
 * Blocked    ready, but another job holds its serial key, or the limit of its limit key is reached.
 * Strict     a queue with keys or limits: claimed under a lock, one worker at a time, and nothing ahead.
 * Beat       the counter by which a worker shows that it lives.
 * Followed   somebody watches this job: its changes are kept for whoever carries them on.
 * Sandbox    a thread or a process of a worker in which handlers run one at a time, kept warm for the next.
 * Schedule   a rule in time that enqueues a job at each fire.
 */

/** What JSON can hold: arguments, results and messages are made of it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Milliseconds, `'10s'`-style text (`ms`, `s`, `m`, `h`, `d`), or parts that are added up. */
export type Duration = number | string | { days?: number; hours?: number; minutes?: number; seconds?: number }

/** `docs/states.md` draws every arrow between them. */
export type JobState = 'scheduled' | 'queued' | 'started' | 'finished' | 'failed' | 'canceled' | 'deferred'

/** How a canceled job was stopped. `terminated` needs a sandbox. */
export type CanceledHow = 'before_start' | 'cooperative' | 'terminated' | 'disowned'

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

/** How many jobs of a queue may run, and start. */
export interface Limit<Per extends Duration = Duration> {
  /** At most so many at a time, over all workers. */
  running?: number
  /** At most so many in any interval of this length, wherever it begins. */
  starts?: { most: number; per: Per }
}

/** The limits of a queue, and those that hold for each limit key in it by itself. */
export interface QueueLimits<Per extends Duration = Duration> extends Limit<Per> {
  perKey?: Limit<Per>
}

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

/** Anything that can send SQL with numbered parameters: a `pg` client, or an adapter around another driver. */
export interface SqlClient {
  query(
    sql: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>
}

/** A job as `status` answers it. */
export interface JobStatus<Result = Json> {
  /** A bigint as text. */
  id: string
  name: string
  queue: string
  state: JobState
  args: Json[]
  /** Null until finished. */
  result: Result | null
  /** The last attempt's error; null where none failed. */
  error: string | null
  /** 0 to 1; null until the first report. */
  progress: number | null
  progressMessage: string | null
  priority: number
  /** Runs that ended by themselves. */
  attempts: number
  maxAttempts: number
  canceledHow: CanceledHow | null
  correlationId: string | null
  /** True while it is ready but no live worker has a handler for its name. */
  parked: boolean
  createdAt: Date
  /** When it is or was due. */
  runAt: Date
  startedAt: Date | null
  endedAt: Date | null
}

/** One attempt of a job, as kept. */
export interface JobAttempt {
  attempt: number
  startedAt: Date
  endedAt: Date
  error: string
  /** Where the error came from; null where what was thrown had none. */
  stack: string | null
}

/** A job that another waits or waited for, as `currentJob().parents()` answers it. */
export interface ParentJob extends LinkedJob {
  /** Null unless it finished, and once history has dropped it. */
  result: Json
  /** Null unless it failed, and once history has dropped it. */
  error: string | null
}

/** A job at the other end of a dependency. */
export interface LinkedJob {
  id: string
  /** Null once history has dropped it. */
  name: string | null
  /** Now: one that failed may run again by a retry by hand. */
  state: JobState
}

/** What a handler's `currentJob().step` has stored. */
export interface JobStep {
  name: string
  result: Json
  at: Date
}

/** A line that a handler wrote with `currentJob().log`. */
export interface JobLogLine {
  at: Date
  attempt: number
  line: string
}

/** A job with all that is kept about it. */
export interface JobDetail extends JobStatus {
  /** The attempts that failed, the newest 100, oldest first. */
  failures: JobAttempt[]
  /** The newest 1,000 lines, oldest first. */
  log: JobLogLine[]
  /** What its handler finished of its work, in order; at most 1,000. */
  steps: JobStep[]
  /** What it waits or waited for, in the order given; at most 1,000. */
  parents: LinkedJob[]
  /** The jobs that wait or waited for it, oldest first; at most 1,000. */
  children: LinkedJob[]
}

/** Which jobs are meant; every field narrows. */
export interface JobFilter {
  /** One state, or any of several. */
  state?: JobState | JobState[]
  queue?: string
  name?: string
  /** Created at this time or later. */
  createdAfter?: Date
  /** Created before this time. */
  createdBefore?: Date
  /** Ended at this time or later; leaves out jobs that have not ended. */
  endedAfter?: Date
  /** Ended before this time; leaves out jobs that have not ended. */
  endedBefore?: Date
  /**
   * Arguments that contain this JSON, whatever else they hold: `{ customer: 7 }` for one argument that has this field,
   * `['a.png', { width: 800 }]` for several arguments, in any order.
   */
  args?: Json
  /** Text within the arguments, written as JSON, or within the last error; upper and lower case are the same. */
  text?: string
}

/** A filter for `bulk`, which must narrow; `{ all: true }` says that every job is meant. */
export type BulkFilter = JobFilter | { all: true }

export interface JobPage {
  /** Newest first, by id. */
  jobs: JobStatus[]
  /**
   * Give it as `before` for the page of older jobs; null at the end. A page may be short, or empty, and have one: a
   * look ends after 25,000 jobs, and `next` goes on from there.
   */
  next: string | null
  /** Give it as `after` for the page of newer jobs; null on the newest. */
  previous: string | null
}

/** How many jobs match a filter. */
export interface JobCount {
  count: number
  /** True where there are, or may be, more than `count`. */
  more: boolean
}

/** What came of a `bulk`. */
export interface BulkAnswer {
  action: 'retry' | 'cancel'
  /** True: nothing was done, the jobs were only counted. */
  dryRun: boolean
  /** Jobs that the filter matched. */
  matched: number
  /** Only of a dry run: there are, or may be, more than `matched`. */
  more: boolean
  /** Retried, or canceled at once. */
  done: number
  /** Jobs that run and were told to stop. */
  canceling: number
  /** What could not be done, with the number of jobs for each reason; such as jobs that ended meanwhile. */
  refused: { reason: string; count: number }[]
}

/** Figures of one queue. */
export interface QueueFigures {
  name: string
  paused: boolean
  /** Null where there are none; intervals in milliseconds. */
  limits: QueueLimits<number> | null
  scheduled: number
  queued: number
  started: number
  deferred: number
  /** True where a count stopped at its bound: there are, or may be, more. */
  more: boolean
  /** Seconds that the oldest due job has waited; null where none waits. */
  oldestWaiting: number | null
  /** Jobs that finished, and that failed for good, on average over the last five minutes or a little more. */
  finishedPerMinute: number
  failedPerMinute: number
}

/** What waits and runs in a queue. */
export interface QueueInfo {
  name: string
  /** Jobs that wait or run; each state is counted up to 10,000. */
  length: number
  /** True where a count stopped there: there are, or may be, more. */
  more: boolean
  /** The first of them, in the order in which they are claimed. */
  jobs: JobStatus[]
}

/** Figures of the last minutes, one entry a minute, oldest first, gaps filled with zero. */
export interface MinuteFigures {
  minute: Date
  finished: number
  failed: number
  /** Of those that finished. Null where none is known: it is measured within two minutes after the minute's end. */
  wait: WaitFigures | null
}

/**
 * How long jobs had waited when they started, from when they were due, in seconds. Of a sample of a thousand or two of a
 * minute; those are left out that were tried again, put off, or waited for other jobs.
 */
export interface WaitFigures {
  /** Half of them waited no longer. */
  p50: number
  /** 95 of 100 of them waited no longer. */
  p95: number
}

export interface WorkerFigures {
  id: number
  /** What the worker said of itself: host and process id. */
  name: string
  queues: string[]
  concurrency: number
  startedAt: Date
  /** How many handlers run. */
  running: number
  /** What they run, longest first: at most 100. */
  jobs: RunningJob[]
}

/** A job that a worker runs. */
export interface RunningJob {
  id: string
  name: string
  queue: string
  startedAt: Date
}

/** A change of a followed job, in the order in which it became so. */
export interface JobChange {
  id: string
  name: string
  queue: string
  state: JobState
  progress: number | null
  progressMessage: string | null
  correlationId: string | null
  at: Date
}
