/** Queues that are not paused and have due jobs: for how many seconds the oldest has waited, and whether a live worker serves it. */
export const waitingQueues = (schema: string) => `
with late as materialized (
  -- What nobody promotes, as no worker is there.
  select queue, min(run_at) as oldest
  from (select queue, run_at from ${schema}.job where state = 0 and run_at <= now() order by run_at, id limit 1000) s
  group by queue
), waiting as (
  select q.name as queue, least(l.oldest,
    (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 1
      order by j.priority, j.run_at, j.id limit 1000) r),
    (select min(j.run_at) from ${schema}.job j where j.queue = q.name and j.state = 5)) as oldest
  from ${schema}.queue q left join late l on l.queue = q.name
  where not q.paused
)
select w.queue, extract(epoch from now() - w.oldest)::float8 as seconds,
  exists (select from ${schema}.worker k where w.queue = any (k.queues) and k.beaten_at > now() - interval '30 seconds') as served
from waiting w where w.oldest <= now() order by w.oldest`
