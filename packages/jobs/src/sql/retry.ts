/**
 * $1 ids. Brings failed jobs back under their ids, due now, in that order, with all their attempts before them. They keep
 * the time they were meant for.
 */
export const retry = (schema: string) => `
with back as (
  delete from ${schema}.failed where id = any ($1::bigint[]) returning *
), again as (
  insert into ${schema}.job (id, run_at, scheduled_for, created_at, state, priority, max_attempts, queue, name, correlation, args_ref, args, options, failures)
  select id, now(), run_at, created_at, 1, priority, max_attempts, queue, name, correlation, args_ref, args, options, failures
  from back order by id
  returning id, name, queue, correlation, state
), woken as (
  select ${schema}.wake(array(select distinct queue from again))
)
select a.id, a.name, a.queue from again a left join (select 1 from woken) w on true`
