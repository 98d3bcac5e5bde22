/** $1 queues. */
export const wakeQueues = (schema: string) => `select ${schema}.wake($1)`
