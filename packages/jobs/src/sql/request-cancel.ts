/** $1 id. Asks the worker that has claimed a job to cancel it. */
export const requestCancel = (schema: string) => `
with asked as (
  update ${schema}.job set cancel_at = coalesce(cancel_at, now()) where id = $1 and token is not null
  returning id, worker, token
)
select token, pg_notify('${schema}', 'cancel ' || worker || ' ' || id) from asked`
