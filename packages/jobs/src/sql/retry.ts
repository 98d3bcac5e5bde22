/**
 * $1 ids. Brings failed jobs back under their ids, due now, in that order, with all their attempts before them, with their
 * keys and the time they were meant for; passes over those whose unique key another job has now.
 */
export const retry = (schema: string) => `
with failed as materialized (
  select * from ${schema}.failed where id = any ($1::bigint[]) order by id for update
), again as (
  insert into ${schema}.job (id, run_at, scheduled_for, created_at, state, priority, max_attempts, queue, name, correlation, args_ref,
    args, options, failures, serial_key, limit_key, unique_key, unique_until_claimed)
  select id, now(), run_at, created_at, 1, priority, max_attempts, queue, name, correlation, args_ref,
    args, options, failures, options ->> 'serialKey', options ->> 'limitKey', options ->> 'uniqueKey',
    coalesce(options ->> 'uniqueWhile' = 'waiting', false)
  from failed order by id
  on conflict (name, unique_key) where unique_key is not null do nothing
  returning id, name, queue, correlation, state
), gone as (
  delete from ${schema}.failed f using again a where f.id = a.id
), woken as (
  select ${schema}.wake(array(select distinct queue from again))
)
select a.id, a.name, a.queue from again a left join (select 1 from woken) w on true`
