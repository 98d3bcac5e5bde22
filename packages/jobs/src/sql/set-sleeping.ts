/** $1 worker, $2 whether enqueuing should wake it. */
export const setSleeping = (schema: string) => `update ${schema}.worker set sleeping = $2 where id = $1`
