import { historyColumns, historyOfJob } from './history-columns.ts'
import { dependentsOnce, settleGone } from './settle-gone.ts'

/** $1 ids. Ends those that nobody has claimed, as canceled before their start. Answers them. */
export const cancelWaiting = (schema: string) => `
with gone as (
  delete from ${schema}.job j where j.id = any ($1::bigint[]) and j.token is null
  returning j.*, (select p.value from ${schema}.progress p where p.job_id = j.id) as progress,
    (select p.message from ${schema}.progress p where p.job_id = j.id) as message
), kept as (
  insert into ${schema}.done (${historyColumns}, canceled_how)
  select ${historyOfJob({ state: 12 })}, 'before_start' from gone
), told as (
  insert into ${schema}.change (job_id, name, queue, state, correlation)
  select id, name, queue, 'canceled', correlation from gone where followed
), cleared as (
  delete from ${schema}.progress p using gone g where p.job_id = g.id
), counted as (
  insert into ${schema}.tally (queue, canceled) select queue, count(*) from gone group by queue
), woken as (
  select count(pg_notify('${schema}', 'ended ' || id)) from gone where awaited
), settled as (
  ${settleGone(schema, '12')}
)
select g.id, g.name, g.queue, g.correlation, g.serial_key, g.limit_key, ${dependentsOnce} from gone g, woken, settled`
