export const statusColumns = `id, name, queue, state, args, result, error, progress, progress_message, priority, attempts,
  max_attempts, canceled_how, correlation, parked, created_at, run_at, started_at, ended_at`

/** $1 ids. */
export const selectStatus = (schema: string) => `
select ${statusColumns}, failures from ${schema}.status where id = any ($1::bigint[])`
