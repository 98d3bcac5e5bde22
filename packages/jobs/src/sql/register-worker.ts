/** $1 name, $2 concurrency, $3 queues, $4 names of the jobs it has handlers for. */
export const registerWorker = (schema: string) => `
insert into ${schema}.worker (name, concurrency, queues, names, sleeping) values ($1, $2, $3, $4, true) returning id`
