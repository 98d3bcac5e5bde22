/** $1 ids of jobs whose end somebody listens for. */
export const markAwaited = (schema: string) => `
update ${schema}.job set awaited = true where id in (
  select id from ${schema}.job where id = any ($1::bigint[]) and not awaited order by id for update skip locked)`
