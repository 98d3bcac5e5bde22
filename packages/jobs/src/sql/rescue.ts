/** $1 worker that is gone. Answers its jobs, with what became of each. */
export const rescue = (schema: string) => `select id, name, queue, outcome from ${schema}.rescue($1)`
