import type { ClientBase } from 'pg'
import type { Missed } from '../due-fires.ts'

/** A schedule whose time has come, locked until the end of the transaction. */
export interface DueSchedule {
  name: string
  job: string
  /** JSON text of a list. */
  args: string
  queue: string
  /** Higher runs first. */
  priority: number
  maxAttempts: number
  cron: string
  timeZone: string
  missed: Missed
  missedWindow: number
  nextAt: Date
  /** The database's clock. */
  now: Date
}

/** The schedule that is due longest and that no other scheduler has in hand, but for `except`. */
export async function takeDueSchedule(
  client: ClientBase,
  schema: string,
  except: string[],
): Promise<DueSchedule | null> {
  const { rows } = await client.query<DueSchedule>(
    `select name, job, args::text as args, queue, -priority as priority, max_attempts as "maxAttempts", cron,
       time_zone as "timeZone", missed, missed_window_ms::float8 as "missedWindow", next_at as "nextAt", now() as now
     from ${schema}.schedule
     where next_at <= now() and name <> all ($1::text[])
     order by next_at
     limit 1
     for update skip locked`,
    [except],
  )
  return rows[0] ?? null
}
