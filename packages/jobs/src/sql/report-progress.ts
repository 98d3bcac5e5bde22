/** $1 the last progress of running jobs, as JSON text. Answers the ids that are still this claim's. */
export const reportProgress = (schema: string) => `
with said as materialized (
  select s.* from jsonb_to_recordset($1::text::jsonb) as s(id bigint, token bigint, value real, message text)
), held as materialized (
  select j.id, j.name, j.queue, j.correlation, j.followed, s.value, s.message from said s join ${schema}.job j on j.id = s.id
  where j.token = s.token
  order by s.id for share of j skip locked
), kept as (
  insert into ${schema}.progress as p (job_id, value, message) select id, value, message from held
  on conflict (job_id) do update set value = excluded.value, message = excluded.message
), told as (
  insert into ${schema}.change (job_id, name, queue, state, progress, message, correlation)
  select id, name, queue, 'started', value, message, correlation from held where followed
)
select id from held`
