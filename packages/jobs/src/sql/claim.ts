/**
 * $1 worker, $2 queues, $3 floors, $4 names, $5 limit, $6 free places, $7 whether to look below the floors. Suspects
 * have a claim of their own. A row without jobs tells what the look took and what there is to know of strict queues.
 *
 * Jobs that differ in place, id, due time and arguments alone share a row, with lists of these: a driver takes longer to
 * read a thousand rows than to split a few lists. The text of jsonb has no line breaks, so they part arguments.
 */
export const claim = (schema: string) => `
select array_agg(id), token, name, queue, string_agg(args::text, E'\\n'), args_ref, attempts, max_attempts, priority,
  array_agg(run_at), scheduled_for, correlation, followed, suspect, options, array_agg(ord), info
from ${schema}.claim($1, $2, $3, $4, $5, $6, false, $7)
group by token, name, queue, args_ref, attempts, max_attempts, priority, scheduled_for, correlation, followed, suspect,
  options, info`
