/**
 * $1 to $6 as `complete`, $7 those of them that another of their serial key may follow, as JSON text, $8 worker. Answers
 * the jobs that follow, each with the one that it comes after and whether more of its key wait behind it; and a last row,
 * without a job, with what `complete` answers.
 */
export const completeAndTake = (schema: string) => `
select id, token, name, queue, args, args_ref, attempts, max_attempts, priority, run_at, scheduled_for, correlation,
  followed, suspect, options, after, more, array_to_json(missing)
from ${schema}.complete_and_take($1, $2, $3, $4, $5, $6, $7, $8)`
