/** $1 ids of jobs whose end somebody listens for. Answers those that are marked; what is locked at this moment is not. */
export const markAwaited = (schema: string) => `
with marked as (
  update ${schema}.job set awaited = true where id in (
    select id from ${schema}.job where id = any ($1::bigint[]) and not awaited order by id for update skip locked)
  returning id
)
select id from marked union all select id from ${schema}.job where id = any ($1::bigint[]) and awaited`
