import type { JobStatus } from './job-status.ts'
import type { QueueLimits } from './queue-limits.ts'

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
