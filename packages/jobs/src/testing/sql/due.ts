/**
 * $1 names of jobs that have a handler, $2 queues or null for all. What runs or is due, by id. `held`: in a queue with
 * keys or limits, where it may have to wait.
 */
export const due = (schema: string) => `
select j.queue, j.name, j.id::text as id, j.state = 2 as claimed,
  j.state in (1, 6) and coalesce(q.strict, false) as held
from ${schema}.job j left join ${schema}.queue q on q.name = j.queue
where (j.state in (1, 2, 5, 6) or (j.state = 0 and j.run_at <= now())) and j.name = any ($1)
  and ($2::text[] is null or j.queue = any ($2))
  and (j.state = 2 or not coalesce(q.paused, false))
order by j.state in (1, 6) and coalesce(q.strict, false), j.id limit 1000`
