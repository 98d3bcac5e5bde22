import type { CallOptions, Schedule, SchedulePut } from '@factotum/jobs'
import type { Static } from 'typebox'
import type { schedulePut } from './schemas.ts'

/** A schedule as programs read it. */
export const scheduleBodyOf = (schedule: Schedule) => ({
  name: schedule.name,
  job: schedule.job,
  queue: schedule.queue,
  priority: schedule.priority,
  retries: schedule.retries,
  args: schedule.args,
  cron: schedule.cron,
  time_zone: schedule.timeZone,
  missed: schedule.missed,
  overlap: schedule.overlap,
  window: schedule.missed === 'all' ? schedule.window : null,
  paused: schedule.paused,
  next_runs: schedule.nextRuns.map((at) => at.toISOString()),
  last_run: schedule.lastRun && {
    job_id: schedule.lastRun.jobId,
    status: schedule.lastRun.state,
    scheduled_for: schedule.lastRun.scheduledFor.toISOString(),
    enqueued_at: schedule.lastRun.enqueuedAt.toISOString(),
  },
  missed_runs: schedule.missedRuns,
  skipped_runs: schedule.skippedRuns,
  created_at: schedule.createdAt.toISOString(),
})

/** What was put, as the engine takes and checks it. */
export function putOf({ time_zone, options, ...rest }: Static<typeof schedulePut>): SchedulePut {
  const put: SchedulePut = JSON.parse(JSON.stringify({ ...rest, timeZone: time_zone }))
  return options ? { ...put, options: optionsOf(options) } : put
}

/** `backoff_delay` to `backoffDelay`, whatever options the engine has. */
function optionsOf(options: object): CallOptions {
  const renamed = Object.entries(options).map(([name, value]) => [
    name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(renamed)
}
