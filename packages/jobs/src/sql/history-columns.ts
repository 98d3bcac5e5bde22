/** What moves from the hot row into history, in the order of `historyOfJob`. */
export const historyColumns = `id, run_at, created_at, started_at, ended_at, state, priority, attempts, max_attempts, deaths,
    progress, queue, name, correlation, progress_message, args_ref, args, options, failures`

/** The values of `historyColumns`, from a row that has the hot row's columns, `progress` and `message`. */
export function historyOfJob(from: {
  state: 10 | 11 | 12
  attempts?: string
  startedAt?: string
  failures?: string
}): string {
  const { state, attempts = 'attempts', startedAt = 'started_at', failures = 'failures' } = from
  return `id, coalesce(scheduled_for, run_at), created_at, ${startedAt}, now(), ${state}, priority, ${attempts}, max_attempts, deaths,
    progress, queue, name, correlation, message, args_ref, args, options, ${failures}`
}
