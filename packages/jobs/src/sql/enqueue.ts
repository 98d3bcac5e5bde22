/** $1 groups of calls, $2 large arguments or null (JSON texts). Answers the ids, comma-separated. */
export const enqueue = (schema: string) => `select ${schema}.enqueue($1, $2) as ids`
