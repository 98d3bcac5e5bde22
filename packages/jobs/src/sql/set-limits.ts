/** $1 queue, $2 its limits as JSON text, or null. A queue stays strict: jobs with keys may be in it. */
export const setLimits = (schema: string) => `
with stored as (
  insert into ${schema}.queue (name, strict, limits) values ($1, $2::text is not null, $2::text::jsonb)
  on conflict (name) do update set limits = excluded.limits, strict = queue.strict or excluded.strict
  returning name
)
select ${schema}.unblock(name, '{}', null, true), ${schema}.wake(array[name]) from stored`
