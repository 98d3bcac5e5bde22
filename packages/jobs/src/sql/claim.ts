/**
 * $1 worker, $2 queues, $3 floors, $4 names, $5 limit, $6 free places, $7 whether a suspect may come along, $8 whether to
 * look below the floors. Where it looked, a last row without a job tells what that took, in ms.
 */
export const claim = (schema: string) => `
select id, token, name, queue, args, args_ref, attempts, max_attempts, priority, run_at, scheduled_for, correlation,
  followed, suspect, options, probe_ms
from ${schema}.claim($1, $2, $3, $4, $5, $6, $7, $8) order by ord`
