import type { NewSchedule } from '../schedule.ts'
import type { SqlClient } from '../types.ts'

/** What the job of a schedule runs with; a later call under the same name replaces it all. */
export interface ScheduledJob {
  queue: string
  /** Higher runs first. */
  priority: number
  maxAttempts: number
}

/**
 * Stores a schedule under its name. One whose rule in time is as it was keeps its next fire: registered again after
 * a time away, it still owes what it missed.
 */
export async function putSchedule(
  client: SqlClient,
  schema: string,
  schedule: NewSchedule,
  { queue, priority, maxAttempts }: ScheduledJob,
  nextAt: Date | null,
  channel: string,
): Promise<void> {
  const { name, job, args, cron, timeZone, missed, missedWindow } = schedule
  await client.query(
    `with stored as (
     insert into ${schema}.schedule as s
       (name, job, args, queue, priority, max_attempts, cron, time_zone, missed, missed_window_ms, next_at)
     values ($1, $2, $3::text::jsonb, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (name) do update set
       job = excluded.job, args = excluded.args, queue = excluded.queue, priority = excluded.priority,
       max_attempts = excluded.max_attempts, cron = excluded.cron, time_zone = excluded.time_zone,
       missed = excluded.missed, missed_window_ms = excluded.missed_window_ms,
       next_at = case when (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
         then s.next_at else excluded.next_at end
     returning 1)
     select pg_notify($12, 'schedule') from stored`,
    [name, job, args, queue, -priority, maxAttempts, cron, timeZone, missed, missedWindow, nextAt, channel],
  )
}
