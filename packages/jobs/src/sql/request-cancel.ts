/** $1 ids. Asks the workers that have claimed these to cancel them. Answers those that were asked about. */
export const requestCancel = (schema: string) => `
with asked as (
  update ${schema}.job set cancel_at = coalesce(cancel_at, now()) where id = any ($1::bigint[]) and token is not null
  returning id, worker, token
)
select id, pg_notify('${schema}', 'cancel ' || worker || ' ' || id) from asked`
