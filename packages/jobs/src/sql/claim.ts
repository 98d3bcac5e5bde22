/**
 * $1 worker, $2 queues, $3 floors, $4 names, $5 limit, $6 free places, $7 whether to look below the floors. Suspects
 * have a claim of their own. A last row without a job tells what the look took and what there is to know of strict queues.
 */
export const claim = (schema: string) => `
select id, token, name, queue, args, args_ref, attempts, max_attempts, priority, run_at, scheduled_for, correlation,
  followed, suspect, options, info
from ${schema}.claim($1, $2, $3, $4, $5, $6, false, $7) order by ord`
