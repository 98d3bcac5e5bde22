/**
 * $1 how far each state of a queue is counted, $2 one queue or null for all. Every queue that ever had a job, with its
 * jobs by state and what ended in the last five whole minutes and this one.
 */
export const queueFigures = (schema: string) => `
with scheduled as materialized (
  select queue, count(*) filter (where run_at > now()) as later, count(*) filter (where run_at <= now()) as due, sum(count(*)) over () as seen
  from (select queue, run_at from ${schema}.job where state = 0 order by run_at, id limit $1) s group by queue
), claimed as materialized (
  select queue, count(*) filter (where started_at is not null) as started, count(*) filter (where started_at is null) as ahead
  from ${schema}.job where state = 2 group by queue
), window_began as (
  select date_trunc('minute', now()) - interval '5 minutes' as at
), ended as materialized (
  select queue, sum(finished) as finished, sum(failed) as failed from (
    select queue, finished, failed from ${schema}.minute where minute >= (select at from window_began)
    union all
    select queue, finished, failed from ${schema}.tally where at >= (select at from window_began)
  ) e group by queue
), waiting as materialized (
  select q.name, q.paused, q.limits,
    (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 1 limit $1) r) as ready,
    (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 3 limit $1) p) as parked,
    (select count(*) from ${schema}.job j where j.queue = q.name and j.state = 5) as suspect,
    (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 6 limit $1) b) as blocked,
    (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 4 limit $1) d) as deferred,
    extract(epoch from now() - least(
      (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 1
        order by j.priority, j.run_at, j.id limit 1000) r),
      (select min(j.run_at) from ${schema}.job j where j.queue = q.name and j.state = 5),
      (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 6
        order by j.priority, j.run_at, j.id limit 1000) b),
      (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 3 limit 1000) p)
    ))::float8 as oldest_waiting
  from ${schema}.queue q where $2::text is null or q.name = $2
)
select w.name, w.paused, w.limits, w.oldest_waiting, coalesce(s.later, 0) as scheduled,
  w.ready + w.parked + w.suspect + w.blocked + coalesce(s.due, 0) + coalesce(c.ahead, 0) as queued,
  coalesce(c.started, 0) as started,
  w.deferred,
  w.ready >= $1 or w.parked >= $1 or w.blocked >= $1 or w.deferred >= $1 or coalesce((select max(seen) from scheduled), 0) >= $1 as more,
  coalesce(e.finished, 0) / m.minutes as finished_per_minute,
  coalesce(e.failed, 0) / m.minutes as failed_per_minute
from waiting w
cross join (select extract(epoch from now() - at)::float8 / 60 as minutes from window_began) m
left join scheduled s on s.queue = w.name left join claimed c on c.queue = w.name left join ended e on e.queue = w.name
order by w.name`
