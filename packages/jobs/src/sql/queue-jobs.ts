import { statusColumns } from './select-status.ts'

/**
 * $1 queue, $2 how many at most, $3 how many due ones of all queues are gone through. The jobs that wait or run, in the
 * order in which they will be claimed. None has ended: that leaves the days of history unopened.
 */
export const queueJobs = (schema: string) => `
with next as materialized (
  (select id, priority, run_at from ${schema}.job where queue = $1 and state = 2 limit $2)
  union all
  (select id, priority, run_at from ${schema}.job where queue = $1 and state = 5 limit $2)
  union all
  (select id, priority, run_at from ${schema}.job where queue = $1 and state = 1 order by priority, run_at, id limit $2)
  union all
  (select id, priority, run_at from ${schema}.job where queue = $1 and state = 6 order by priority, run_at, id limit $2)
  union all
  (select id, priority, run_at from ${schema}.job where queue = $1 and state = 3 limit $2)
  union all
  (select id, priority, run_at from (
    select id, queue, priority, run_at from ${schema}.job where state = 0 and run_at <= now() order by run_at, id limit $3
  ) due where queue = $1 limit $2)
)
select ${statusColumns}, failures from ${schema}.status
join (select id as next_id, row_number() over (order by priority, run_at, id) as place from next) n on n.next_id = id
where ended_at is null
order by place limit $2`
