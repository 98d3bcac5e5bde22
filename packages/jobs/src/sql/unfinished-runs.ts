/** $1 ids. Those whose job has not ended. A statement of its own after the schedule's lock: it must see what came before. */
export const unfinishedRuns = (schema: string) =>
  `select id::text from ${schema}.job where id = any ($1::bigint[]) order by id`
