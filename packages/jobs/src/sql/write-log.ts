/** $1 log lines of running jobs, as JSON text, each with its job's id and token. Answers the ids still held. */
export const writeLog = (schema: string) => `
with said as materialized (
  select s.* from rows from (
    jsonb_to_recordset($1::text::jsonb) as (id bigint, token bigint, attempt smallint, age double precision, line text)
  ) with ordinality as s(id, token, attempt, age, line, ord)
), held as materialized (
  select j.id from ${schema}.job j join (select distinct id, token from said) s on s.id = j.id
  where j.token = s.token
  order by j.id for share of j skip locked
), kept as (
  insert into ${schema}.log (job_id, attempt, at, line)
  select s.id, s.attempt, now() - s.age * interval '1 millisecond', s.line
  from said s join held h on h.id = s.id order by s.ord
)
select id from held`
