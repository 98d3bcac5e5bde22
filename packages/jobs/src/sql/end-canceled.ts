import { historyColumns, historyOfJob } from './history-columns.ts'
import { dependentsOnce, settleGone } from './settle-gone.ts'

/** $1 jobs of this worker that end as canceled, as JSON text. Answers the ids it wrote. */
export const endCanceled = (schema: string) => `
with ended as materialized (
  select e.* from jsonb_to_recordset($1::text::jsonb)
    as e(id bigint, token bigint, age double precision, how text, progress real, message text)
), locked as materialized (
  select j.ctid as place, e.*,
    case when e.how <> 'before_start' then coalesce(j.started_at, now() - e.age * interval '1 millisecond') end as began
  from ended e join ${schema}.job j on j.id = e.id
  where j.token = e.token
  order by e.id for update of j skip locked
), gone as (
  delete from ${schema}.job j using locked l where j.ctid = l.place
  returning j.*, l.how, l.began,
    coalesce(l.progress, (select p.value from ${schema}.progress p where p.job_id = j.id)) as progress,
    case when l.progress is null then (select p.message from ${schema}.progress p where p.job_id = j.id) else l.message end as message
), kept as (
  insert into ${schema}.done (${historyColumns}, canceled_how)
  select ${historyOfJob({ state: 12, startedAt: 'began' })}, how from gone
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
select g.id, ${dependentsOnce} from gone g, woken, settled`
