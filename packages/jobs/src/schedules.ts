import { type CronRule, nextFires } from './cron.ts'
import type { Missed } from './due-fires.ts'
import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { unstorable } from './json.ts'
import type { Overlap } from './overlap.ts'
import { deleteSchedule } from './sql/delete-schedule.ts'
import { pauseSchedule as pauseSql } from './sql/pause-schedule.ts'
import { selectSchedules } from './sql/select-schedules.ts'
import type { JobState, Json } from './types.ts'

/** A schedule as stored. */
export interface Schedule {
  name: string
  job: string
  queue: string
  priority: number
  retries: number
  args: Json[]
  cron: string
  timeZone: string
  missed: Missed
  /** Milliseconds; bounds `missed: 'all'`. */
  window: number
  overlap: Overlap
  paused: boolean
  /** Null where no further fire comes, and while it is paused; in the past while a fire is owed. */
  nextAt: Date | null
  /** The next five fires from now on; none while it is paused. */
  nextRuns: Date[]
  /** The last job; null before the first. */
  lastRun: ScheduledRun | null
  /** Fires since it was made for which nobody was there, and that have no job; counted up to 1,000 at a time. */
  missedRuns: number
  /** Fires since it was made that were left out because the job before had not ended. */
  skippedRuns: number
  createdAt: Date
}

/** A job that a schedule enqueued, by its fire or by hand. */
export interface ScheduledRun {
  jobId: string
  /** Null once history has dropped the job. */
  state: JobState | null
  scheduledFor: Date
  enqueuedAt: Date
}

interface Row extends Omit<Schedule, 'nextRuns' | 'lastRun'> {
  now: Date
  lastJob: string | null
  lastState: JobState | null
  lastAt: Date | null
  lastMadeAt: Date | null
}

/** All schedules, the next to fire first. */
export function listSchedules(engine: Engine): Promise<Schedule[]> {
  return select(engine, null)
}

/** Null where there is none of that name. */
export async function findSchedule(engine: Engine, name: string): Promise<Schedule | null> {
  if (!isName(name)) return null
  const [schedule] = await select(engine, name)
  return schedule ?? null
}

/** @throws JobError.NotFound */
export async function unschedule({ database }: Engine, name: string): Promise<void> {
  requireName(name)
  const gone = await database.query(deleteSchedule(database.schema), [name])
  if (gone.length === 0) throw noSchedule(name)
}

/** @throws JobError.NotFound */
export async function pauseSchedule({ database }: Engine, name: string): Promise<void> {
  requireName(name)
  const paused = await database.query(pauseSql(database.schema), [name])
  if (paused.length === 0) throw noSchedule(name)
}

/** @throws JobError.NotFound for what can be no schedule's name, which the database might not even take */
export function requireName(name: string): void {
  if (!isName(name)) throw noSchedule(name)
}

const isName = (name: unknown) => typeof name === 'string' && name.search(unstorable) < 0

export function noSchedule(name: string): JobError {
  return new JobError.NotFound(`There is no schedule named ${JSON.stringify(String(name))}.`)
}

async function select({ database }: Engine, name: string | null): Promise<Schedule[]> {
  const rows = await database.query<Row>(selectSchedules(database.schema), [name])
  return rows.map(({ now, lastJob, lastState, lastAt, lastMadeAt, ...schedule }) => ({
    ...schedule,
    nextRuns: nextRuns(schedule, schedule.nextAt, now),
    lastRun:
      lastJob !== null && lastAt && lastMadeAt
        ? { jobId: lastJob, state: lastState, scheduledFor: lastAt, enqueuedAt: lastMadeAt }
        : null,
  }))
}

function nextRuns(rule: CronRule, nextAt: Date | null, now: Date): Date[] {
  if (!nextAt) return []
  try {
    return nextFires(rule, nextAt > now ? new Date(nextAt.getTime() - 1) : now, 5)
  } catch {
    // Stored by a program that knows more rules or zones than this one.
    return nextAt > now ? [nextAt] : []
  }
}
