/** $1 ids of jobs whose changes shall be kept. */
export const follow = (schema: string) => `
update ${schema}.job set followed = true where id in (
  select id from ${schema}.job where id = any ($1::bigint[]) and not followed order by id for update)`
