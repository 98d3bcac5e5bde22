import type pg from 'pg'
import type { FinalJob } from './history.ts'

/** Jobs that are due later than this are none that should have ended, in ms. */
const farAway = 3_600_000

/** How many jobs have not ended, but those of times far away. */
export async function countLeft(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ left: number }>(
    `select count(*)::int as left from factotum_jobs.job where run_at < now() + $1 * interval '1 millisecond'`,
    [farAway],
  )
  return rows[0]?.left ?? 0
}

/** Every job that the database has. */
export async function finalJobs(pool: pg.Pool): Promise<FinalJob[]> {
  const { rows } = await pool.query<FinalJob>(
    `select s.id::text, s.name, s.state, s.args ->> 0 as call, s.result ->> 'run' as run, s.attempts, s.max_attempts as "maxAttempts",
      s.error, (extract(epoch from s.run_at) * 1000)::float8 as "scheduledFor",
      (extract(epoch from s.started_at) * 1000)::float8 as "startedAt", s.queue,
      s.run_at > now() + $1 * interval '1 millisecond' as later,
      array(select l.line from factotum_jobs.log l where l.job_id = s.id order by l.id) as log
     from factotum_jobs.status s`,
    [farAway],
  )
  return rows
}
