/**
 * $1 milliseconds at most, $2 names of jobs that have a handler, $3 queues or null for all. Brings all that is scheduled
 * or deferred nearer, no further than until the first of these jobs is due; it keeps the time that it was meant for. Answers by how
 * much, in ms.
 */
export const bringNearer = (schema: string) => `
with step as materialized (
  select greatest(least($1::float8, min(extract(epoch from j.run_at - now()) * 1000)), 0)::float8 as ms
  from ${schema}.job j
  where j.state = 0 and j.name = any ($2) and ($3::text[] is null or j.queue = any ($3))
    and not exists (select from ${schema}.queue q where q.name = j.queue and q.paused)
), moved as (
  update ${schema}.job j
  set scheduled_for = coalesce(j.scheduled_for, j.run_at), run_at = j.run_at - step.ms * interval '1 millisecond'
  from step where j.state in (0, 4)
)
select ms, pg_notify('${schema}', 'due') from step`
