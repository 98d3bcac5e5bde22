/** $1 name, $2 the time of the run, $3 the jobs that may not have ended. Its next fire stays; the row is locked. */
export const storeRun = (schema: string) => `
update ${schema}.schedule set last_at = $2, last_made_at = now(), runs = $3::bigint[] where name = $1`
