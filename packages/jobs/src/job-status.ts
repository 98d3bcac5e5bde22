import type { CanceledHow, JobState, Json } from './types.ts'

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
