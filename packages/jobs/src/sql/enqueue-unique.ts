/** $1 the call, $2 its large arguments or null (JSON texts). Answers the id of the job that has the key now. */
export const enqueueUnique = (schema: string) => `select ${schema}.enqueue_unique($1, $2) as id`
