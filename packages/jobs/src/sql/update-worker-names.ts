/** $1 worker, $2 names of the jobs it has handlers for. */
export const updateWorkerNames = (schema: string) => `update ${schema}.worker set names = $2 where id = $1`
