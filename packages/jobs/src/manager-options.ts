import type { Pool } from 'pg'
import { checkTimeZone } from './cron.ts'
import { defaultTiming, type Timing } from './engine.ts'
import { JobError } from './errors.ts'
import type { Retention } from './history.ts'
import { type Checks, checkOptions, flag, name, refusal, span, wholeNumber } from './options.ts'

export interface JobManagerOptions {
  /** Where the jobs are; default: as `pg` finds it in the environment (`PGHOST` and its like). */
  connectionString?: string | undefined
  /** A pool of the caller's, instead; workers and listening make connections of their own like its. It stays open. */
  pool?: Pool
  /** Default `'factotum_jobs'`. */
  schema?: string
  /** Make and upgrade the tables on first use; default true. Else `migrate()` does. */
  migrate?: boolean
  /** Zone of schedules that name none, or a function that is asked when one is stored; default `'UTC'`. */
  timeZone?: string | (() => string)
  /** Largest arguments of a call as JSON, in bytes; default 1 MiB. */
  maxArgsBytes?: number
  /**
   * For how long ended jobs stay; default 7 days for finished and canceled ones, 30 for failed ones. Give the same to
   * every program that runs workers: whichever tidies up drops by its own.
   */
  retention?: Retention
  /** Shorter times, for tests. */
  timing?: Partial<Timing>
}

export interface NewWorkerOptions {
  /** Which queues it serves; default `['default']`. */
  queues?: string[]
  /** How many jobs run at once, 1 to 10,000; default 10. */
  concurrency?: number
  /** Default: host and process id. */
  name?: string
}

/** @throws JobError.Invalid */
export function checkManagerOptions(options: JobManagerOptions): void {
  checkOptions(options, managerChecks, 'of a JobManager')
  if (options.pool && options.connectionString) {
    throw new JobError.Invalid('Give a JobManager either a connectionString or a pool, not both.')
  }
}

/** @throws JobError.Invalid */
export function checkWorkerOptions(options: NewWorkerOptions): void {
  checkOptions(options, workerChecks, 'of a worker')
}

const time = wholeNumber(1, 2_147_483_647)
const timingChecks: Checks<Timing> = {
  beat: time,
  dead: time,
  poll: time,
  cancelGrace: time,
  report: time,
  upkeep: time,
  fire: time,
  listen: time,
  sandboxIdle: time,
  turn: time,
}

const retentionChecks: Checks<Retention> = { finished: span(3_660), failed: span(3_660) }

const managerChecks: Checks<JobManagerOptions> = {
  connectionString: (value, what) => {
    if (typeof value !== 'string') throw refusal(what, value, 'text, such as postgres://user@host/database')
  },
  pool: (value, what) => {
    const connect = typeof value === 'object' && value !== null && 'connect' in value ? value.connect : null
    if (typeof connect !== 'function') throw refusal(what, value, 'a Pool of pg')
  },
  schema: (value, what) => {
    const fits = typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,50}$/.test(value)
    if (!fits)
      throw refusal(what, value, 'up to 51 letters, digits and underscores, not beginning with a digit')
  },
  migrate: flag,
  timeZone: (value) => (typeof value === 'function' ? undefined : checkTimeZone(value)),
  maxArgsBytes: wholeNumber(2, 268_435_456),
  retention: (value, what) => {
    if (typeof value !== 'object' || value === null)
      throw refusal(what, value, `an object, such as { failed: '90d' }`)
    checkOptions<Retention>(value, retentionChecks, 'of the retention')
  },
  timing: (value) =>
    checkOptions<Partial<Timing>>({ ...defaultTiming, ...Object(value) }, timingChecks, 'of the timing'),
}

const workerChecks: Checks<NewWorkerOptions> = {
  queues: (value, what) => {
    if (!Array.isArray(value) || value.length === 0) throw refusal(what, value, 'a list of one name or more')
    for (const queue of value) name(queue, 'name of a queue')
  },
  concurrency: wholeNumber(1, 10_000),
  name,
}
