/** $1 the reference of arguments that are stored beside the job. */
export const loadArgs = (schema: string) => `select args::text as args from ${schema}.argument where id = $1`
