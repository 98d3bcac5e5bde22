import type { Pool } from 'pg'
import type { Missed } from '../due-fires.ts'
import type { Schedule } from '../schedule.ts'
import type { Json } from '../types.ts'

interface Row {
  name: string
  job: string
  args: Json[]
  queue: string
  cron: string
  timeZone: string
  missed: Missed
  window: number
  nextAt: Date | null
  lastAt: Date | null
  createdAt: Date
}

/** All schedules, the next to fire first. */
export async function listSchedules(pool: Pool, schema: string): Promise<Schedule[]> {
  const { rows } = await pool.query<Row>(
    `select name, job, args, queue, cron, time_zone as "timeZone", missed, missed_window_ms::float8 as "window",
       next_at as "nextAt", last_at as "lastAt", created_at as "createdAt"
     from ${schema}.schedule
     order by next_at nulls last, name`,
  )
  return rows
}
