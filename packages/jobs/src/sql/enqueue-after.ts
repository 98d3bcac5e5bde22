/**
 * $1 groups of calls that are `deferred`, $2 large arguments or null (JSON texts), $3 the ids to wait for, as the text of
 * an array, $4 'cancel' or 'run'. Answers the jobs' ids, comma-separated; or '?' and an id that isn't there.
 */
export const enqueueAfter = (schema: string) => `select ${schema}.enqueue_after($1, $2, $3, $4) as ids`
