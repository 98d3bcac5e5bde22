/** $1 name, $2 next fire or null. The row is locked by this transaction. */
export const resumeSchedule = (schema: string) => `
with resumed as (
  update ${schema}.schedule set paused = false, next_at = $2 where name = $1 returning name
)
select pg_notify('${schema}', 'schedule ' || name) from resumed`
