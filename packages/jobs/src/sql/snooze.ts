import { keepsKey } from './keeps-key.ts'

/**
 * $1 jobs that asked for another time, as JSON text: scheduled again, with neither an attempt spent nor an error kept.
 * Answers the ids of all that it could lock; `canceled` are those whose cancel was asked for, left as they are.
 * An empty list of failures stays in history, where else nothing tells that the job was put off: its wait is not measured.
 */
export const snooze = (schema: string) => `
with asked as materialized (
  select e.* from jsonb_to_recordset($1::text::jsonb) as e(id bigint, token bigint, delay double precision)
), locked as materialized (
  select j.ctid as place, j.id, e.delay, j.cancel_at is not null as canceled
  from asked e join ${schema}.job j on j.id = e.id
  where j.token = e.token
  order by e.id for update of j skip locked
), snoozed as (
  update ${schema}.job j
  set state = 0, run_at = now() + l.delay * interval '1 millisecond', scheduled_for = coalesce(j.scheduled_for, j.run_at),
    token = null, worker = null, started_at = null, suspect = false, failures = coalesce(j.failures, '[]'),
    ${keepsKey}
  from locked l where j.ctid = l.place and not l.canceled
  returning j.id, j.name, j.queue, j.correlation, j.followed
), told as (
  insert into ${schema}.change (job_id, name, queue, state, correlation)
  select id, name, queue, 'scheduled', correlation from snoozed where followed
)
select id, canceled from locked`
