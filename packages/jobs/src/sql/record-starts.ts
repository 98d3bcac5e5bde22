/** $1 claimed-ahead jobs that run now, as JSON text. Answers the ids that are still this claim's. */
export const recordStarts = (schema: string) => `
with begun as materialized (
  select b.* from jsonb_to_recordset($1::text::jsonb) as b(id bigint, token bigint, age double precision)
), locked as materialized (
  select j.ctid as place, b.id, b.age from begun b join ${schema}.job j on j.id = b.id
  where j.token = b.token
  order by b.id for update of j skip locked
), started as (
  update ${schema}.job j set started_at = now() - l.age * interval '1 millisecond'
  from locked l where j.ctid = l.place
  returning j.id, j.name, j.queue, j.correlation, j.followed
), told as (
  insert into ${schema}.change (job_id, name, queue, state, correlation)
  select id, name, queue, 'started', correlation from started where followed
)
select id from started`
