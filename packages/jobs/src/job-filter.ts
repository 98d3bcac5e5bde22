import type { JobStatus } from './job-status.ts'
import type { JobState, Json } from './types.ts'

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
