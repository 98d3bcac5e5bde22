/**
 * $1 worker, $2 queues, $3 names, $4 how many that may run beside others, $5 whether one that must run alone may come
 * instead. The columns of `claim`, and then whether the queue is strict, and whether the job must run alone.
 */
export const claimSuspects = (schema: string) => `
select id, token, name, queue, args, args_ref, attempts, max_attempts, priority, run_at, scheduled_for, correlation,
  followed, suspect, options, strict, alone
from ${schema}.claim_suspects($1, $2, $3, $4, $5)`
