/** $1 names of jobs that have a handler, $2 queues or null for all. What could run or runs now, by queue. */
export const due = (schema: string) => `
select j.queue, j.name, j.id::text as id, j.state = 2 as claimed
from ${schema}.job j
where (j.state in (1, 2, 5) or (j.state = 0 and j.run_at <= now())) and j.name = any ($1)
  and ($2::text[] is null or j.queue = any ($2))
  and (j.state = 2 or not exists (select from ${schema}.queue q where q.name = j.queue and q.paused))
order by j.id limit 1000`
