/**
 * $1 ids of the finished jobs, $2 their tokens, $3 ages of their runs in ms, $4 results, $5 progress and $6 its messages,
 * or null where no run said any. Answers the ids that were not moved: lost, or locked at this moment.
 */
export const complete = (schema: string) => `select ${schema}.complete($1, $2, $3, $4, $5, $6) as missing`
