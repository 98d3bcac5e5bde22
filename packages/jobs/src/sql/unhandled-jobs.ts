/** How far jobs without a handler are counted, and for how many names. */
export const unhandledLimit = 10_000

/** Jobs put aside because no live worker of their queue has a handler for them, by name; a queue without workers is another matter. */
export const unhandledJobs = (schema: string) => `
with recursive kind as (
  (select queue, name from ${schema}.job where state = 3 order by queue, name limit 1)
  union all
  select n.queue, n.name from kind k, lateral (
    select j.queue, j.name from ${schema}.job j
    where j.state = 3 and (j.queue, j.name) > (k.queue, k.name) order by j.queue, j.name limit 1) n
)
select k.queue, k.name,
  (select count(*) from (select from ${schema}.job j where j.state = 3 and j.queue = k.queue and j.name = k.name
    limit ${unhandledLimit}) c)::integer as jobs
from (select * from kind limit 100) k
where exists (select from ${schema}.worker w where k.queue = any (w.queues) and w.beaten_at > now() - interval '30 seconds')
  and not exists (select from ${schema}.worker w
    where k.queue = any (w.queues) and k.name = any (w.names) and w.beaten_at > now() - interval '30 seconds')`
