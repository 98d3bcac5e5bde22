/**
 * $1 job, $2 token, $3 name, $4 result as JSON text. Answers the job's id if it is still this claim's. A repetition, as
 * after an answer that was lost, changes nothing.
 */
export const storeStep = (schema: string) => `
with held as materialized (
  select id from ${schema}.job where id = $1 and token = $2 for share skip locked
), kept as (
  insert into ${schema}.step (job_id, name, result, at) select id, $3, $4::text::jsonb, clock_timestamp() from held
  on conflict do nothing
)
select id from held`
