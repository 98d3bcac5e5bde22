/*
 * What test programs write down, outside the database, one file a process, a JSON object a line. What is done is written
 * before it is done, what came about after it came about: so a death between two lines is never taken for a success.
 * `at` is CLOCK_MONOTONIC in milliseconds, which all processes of one machine share, whatever their `Date` says.
 */

/** What a call asks for. Jobs carry their call's name as first argument. */
export interface Asked {
  call: string
  job: string
  queue: string
  serialKey?: string
  limitKey?: string
  uniqueKey?: string
  /** The last call with the key moves its job this far on and gives it its arguments, in ms. */
  debounce?: number
  /** Not due before so many ms. */
  delay?: number
  /** The ids of jobs that must end before. */
  after?: string[]
  /** What becomes of it where one of them fails or is canceled. */
  afterFailure?: 'cancel' | 'run'
  /** More runs than one may fail before the job has failed. */
  retries?: number
  /** Due at once, with the priority of all: its place in its serial order is that of its call. */
  plain?: boolean
}

export type Ended = 'finished' | 'failed' | 'canceled'

export type Event =
  | ({ kind: 'ask' } & Asked)
  /** The call was answered. */
  | { kind: 'stored'; call: string; id: string }
  /** `sure`: it was rolled back. Else it may have been stored all the same. */
  | { kind: 'refused'; call: string; sure: boolean }
  /** A handler's first line. Jobs of schedules have no call. */
  | { kind: 'begin'; run: string; call: string | null; id: string; attempt: number }
  /** Its signal aborted: from here on the run is known to be given up. */
  | { kind: 'told'; run: string }
  /** Written as the handler's last line; `snooze` for how long it asked to be put off, in ms. */
  | { kind: 'end'; run: string; how: 'returned' | 'threw'; snooze?: number }
  /** The engine told this process that it stored an outcome; `run` where the outcome names it. */
  | { kind: 'accepted'; id: string; outcome: Ended | 'retrying' | 'snoozed'; attempt?: number; run?: string }
  /** From here on the job may be canceled, whether an answer comes or not. */
  | { kind: 'askCancel'; id: string }
  | { kind: 'cancelAnswer'; id: string; answer: 'canceled' | 'canceling' }
  /** Whatever comes of it, a failed job may run again. */
  | { kind: 'askRetry'; id: string }
  /** This process hands back what still runs. */
  | { kind: 'stopping' }
  /** From a thread of its own, several times a second: a gap tells that the process did not get to run. */
  | { kind: 'pulse' }
  /** By the driver. While it lasts, others may rightly take a process (or all) for dead. */
  | { kind: 'trouble'; what: string; process: string; phase: 'begins' | 'ends' }
  /** For readers only. */
  | { kind: 'note'; text: string }
  /** A process ended of which nobody wanted that. */
  | { kind: 'crashed'; process: string; why: string }

export type Recorded = Event & { at: number }
