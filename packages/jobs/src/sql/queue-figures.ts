/** How far waiting jobs are counted: beyond it the figure is this. */
export const countLimit = 100_000

/** Every queue that ever had a job, with its jobs by state. */
export const queueFigures = (schema: string) => `
with scheduled as materialized (
  select queue, count(*) filter (where run_at > now()) as later, count(*) filter (where run_at <= now()) as due
  from (select queue, run_at from ${schema}.job where state = 0 limit ${countLimit}) s group by queue
), claimed as materialized (
  select queue, count(*) filter (where started_at is not null) as started, count(*) filter (where started_at is null) as ahead
  from ${schema}.job where state = 2 group by queue
)
select q.name, q.paused, q.limits, coalesce(s.later, 0) as scheduled,
  (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 1 limit ${countLimit}) r)
    + (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 3 limit ${countLimit}) p)
    + (select count(*) from ${schema}.job j where j.queue = q.name and j.state = 5)
    + (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 6 limit ${countLimit}) b)
    + coalesce(s.due, 0) + coalesce(c.ahead, 0) as queued,
  coalesce(c.started, 0) as started,
  (select count(*) from (select from ${schema}.job j where j.queue = q.name and j.state = 4 limit ${countLimit}) d) as deferred,
  extract(epoch from now() - least(
    (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 1
      order by j.priority, j.run_at, j.id limit 1000) r),
    (select min(j.run_at) from ${schema}.job j where j.queue = q.name and j.state = 5),
    (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 6
      order by j.priority, j.run_at, j.id limit 1000) b),
    (select min(run_at) from (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 3 limit 1000) p)
  ))::float8 as oldest_waiting
from ${schema}.queue q left join scheduled s on s.queue = q.name left join claimed c on c.queue = q.name
order by q.name`
