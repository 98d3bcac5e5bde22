/** $1 the finished jobs as JSON text. Answers the ids that were not moved: lost, or locked at this moment. */
export const complete = (schema: string) => `select ${schema}.complete($1) as missing`
