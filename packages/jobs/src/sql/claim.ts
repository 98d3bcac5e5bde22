/** $1 worker, $2 queues, $3 floors, $4 names, $5 limit, $6 free places, $7 whether a suspect may come along. */
export const claim = (schema: string) => `
select id, token, name, queue, args, args_ref, attempts, max_attempts, priority, run_at, scheduled_for, correlation,
  followed, suspect, options
from ${schema}.claim($1, $2, $3, $4, $5, $6, $7) order by ord`
