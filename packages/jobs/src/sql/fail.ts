import { historyColumns, historyOfJob } from './history-columns.ts'
import { keepsKey } from './keeps-key.ts'
import { dependentsOnce, settleGone } from './settle-gone.ts'

/**
 * $1 failed attempts as JSON text: with `retry` (ms) the job is scheduled again, without it has failed. A job whose
 * cancel was asked for is canceled instead of tried again. Answers the ids it wrote, with what became of them.
 */
export const fail = (schema: string) => `
with ended as materialized (
  select e.* from jsonb_to_recordset($1::text::jsonb)
    as e(id bigint, token bigint, age double precision, error text, stack text, retry double precision, progress real, message text)
), locked as materialized (
  select j.ctid as place, e.*, e.retry is not null and j.cancel_at is null as again, e.retry is not null and j.cancel_at is not null as canceled,
    coalesce(j.started_at, now() - e.age * interval '1 millisecond') as began,
    case when jsonb_array_length(j.failures) >= 100 then j.failures - 0 else coalesce(j.failures, '[]') end
      || jsonb_build_object('attempt', j.attempts + 1, 'startedAt', coalesce(j.started_at, now() - e.age * interval '1 millisecond'),
        'endedAt', now(), 'error', e.error, 'stack', e.stack) as failures_now
  from ended e join ${schema}.job j on j.id = e.id
  where j.token = e.token
  order by e.id for update of j skip locked
), retried as (
  update ${schema}.job j
  set state = 0, run_at = now() + l.retry * interval '1 millisecond', scheduled_for = coalesce(j.scheduled_for, j.run_at),
    attempts = j.attempts + 1, failures = l.failures_now, token = null, worker = null, started_at = null, suspect = false,
    ${keepsKey}
  from locked l where j.ctid = l.place and l.again
  returning j.id, j.name, j.queue, j.correlation, j.followed, false as awaited, 'scheduled' as state, l.error
), gone as (
  delete from ${schema}.job j using locked l where j.ctid = l.place and not l.again
  returning j.*, l.began, l.failures_now, l.error, l.canceled,
    coalesce(l.progress, (select p.value from ${schema}.progress p where p.job_id = j.id)) as progress,
    case when l.progress is null then (select p.message from ${schema}.progress p where p.job_id = j.id) else l.message end as message
), kept as (
  insert into ${schema}.failed (${historyColumns}, error)
  select ${historyOfJob({ state: 11, attempts: 'attempts + 1', startedAt: 'began', failures: 'failures_now' })}, error
  from gone where not canceled
), dropped as (
  insert into ${schema}.done (${historyColumns}, canceled_how)
  select ${historyOfJob({ state: 12, attempts: 'attempts + 1', startedAt: 'began', failures: 'failures_now' })}, 'cooperative'
  from gone where canceled
), outcomes as (
  select * from retried
  union all
  select id, name, queue, correlation, followed, awaited, case when canceled then 'canceled' else 'failed' end, error from gone
), told as (
  insert into ${schema}.change (job_id, name, queue, state, correlation)
  select id, name, queue, state, correlation from outcomes where followed
), cleared as (
  delete from ${schema}.progress p using locked l where p.job_id = l.id
), counted as (
  insert into ${schema}.tally (queue, failed, canceled)
  select queue, count(*) filter (where not canceled), count(*) filter (where canceled) from gone group by queue
), woken as (
  select count(pg_notify('${schema}', 'ended ' || id)) from outcomes where awaited
), settled as (
  ${settleGone(schema, 'case when canceled then 12 else 11 end')}
)
select o.id, o.state, ${dependentsOnce} from outcomes o, woken, settled`
