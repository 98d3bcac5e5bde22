import { createHash } from 'node:crypto'
import type { SqlClient } from './clients.ts'
import { type CronRule, checkRule, nextFires } from './cron.ts'
import type { FireRule, Missed } from './due-fires.ts'
import { milliseconds } from './duration.ts'
import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { type Checks, checkOptions, name, oneOf, span } from './options.ts'
import type { Overlap, OverlapRule } from './overlap.ts'
import { databaseTime } from './sql/database-time.ts'
import { putSchedule } from './sql/put-schedule.ts'
import type { Duration } from './types.ts'

/** When a schedule fires, and what becomes of fires that nobody was there to make or that come too soon. */
export interface ScheduleOptions {
  /** Five fields (minute hour day month weekday), six with seconds first, or a nickname such as `@daily`. */
  cron: string
  /** An IANA time zone; default the manager's `timeZone`. */
  timeZone?: string
  /** Default: made of job, cron, zone and arguments, so that registering twice is one schedule. */
  name?: string
  /**
   * Fires that no scheduler was up for, more than a minute ago: one job for all of them (`'once'`, the default), none
   * (`'skip'`), or a job for each within the window (`'all'`).
   */
  missed?: Missed
  /** How far back `missed: 'all'` reaches; default 1 day. */
  window?: Duration
  /**
   * A fire while the schedule's last job has not ended: left out (`'skip'`, the default), made all the same
   * (`'allow'`), or made, and the last job canceled (`'cancelPrevious'`).
   */
  overlap?: Overlap
}

/** What is to be stored, checked. */
export interface NewSchedule extends FireRule, OverlapRule {
  name: string
  /** JSON text of all of its jobs but arguments and time, as `enqueue` takes it. */
  head: string
  /** JSON text of a list. */
  args: string
}

/**
 * Checks a schedule and fills in the defaults.
 *
 * @throws JobError.Invalid
 */
export function newSchedule(
  job: string,
  head: string,
  args: string,
  spec: string | ScheduleOptions,
  defaultZone: string,
): NewSchedule {
  const options = typeof spec === 'string' ? { cron: spec } : spec
  checkOptions(options, scheduleChecks, `of a schedule of job ${JSON.stringify(job)}`)
  const { cron, timeZone = defaultZone, missed = 'once', window, overlap = 'skip' } = options
  if (window !== undefined && missed !== 'all') {
    throw new JobError.Invalid(
      `The window of a schedule goes with missed: 'all' only; missed is '${missed}'.`,
    )
  }
  if (missed === 'all' && overlap === 'cancelPrevious') {
    throw new JobError.Invalid(
      "A schedule with missed: 'all' can't have overlap: 'cancelPrevious', as each of the missed runs would cancel the one before. Use missed: 'once'.",
    )
  }
  const rule: CronRule = {
    cron: typeof cron === 'string' ? cron.trim().replace(/\s+/g, ' ') : cron,
    timeZone,
  }
  checkRule(rule)
  return {
    ...rule,
    name: options.name ?? derivedName(job, rule, args),
    head,
    args,
    missed,
    missedWindow: milliseconds(window ?? '1d', 'window of a schedule'),
    overlap,
  }
}

/** Stores it, from `client`'s transaction where one is given. */
export async function storeSchedule(
  engine: Engine,
  schedule: NewSchedule,
  client?: SqlClient,
): Promise<void> {
  const { database } = engine
  await database.ready()
  const sender: SqlClient = client ?? database.pool
  const { rows } = await sender.query(databaseTime)
  const now = new Date(Number(rows[0]?.ms))
  const { name, head, args, cron, timeZone, missed, missedWindow, overlap } = schedule
  const [nextAt = null] = nextFires(schedule, now, 1)
  const values = [name, head, args, cron, timeZone, missed, missedWindow, overlap, nextAt]
  await sender.query(putSchedule(database.schema), values)
}

export const scheduleChecks: Checks<ScheduleOptions> = {
  cron: () => {},
  timeZone: name,
  name,
  missed: oneOf('skip', 'once', 'all'),
  window: span(3660),
  overlap: oneOf('skip', 'allow', 'cancelPrevious'),
}

function derivedName(job: string, { cron, timeZone }: CronRule, args: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([job, cron, timeZone, args]))
    .digest('hex')
  // Never half of a surrogate pair.
  const readable = job.slice(0, 180).replace(/[\ud800-\udbff]$/, '')
  return `${readable}-${hash.slice(0, 12)}`
}
