/** What is kept beside a job, by its id. */
export type Beside = { table: 'step' | 'dependency'; id: 'job_id' | 'child' }

/**
 * $1 the id after which to look, $2 how many jobs to look at. Deletes what is kept beside those that are in this
 * partition of history; answers the last id that it looked at, null at the end.
 */
export const deleteWithPartition = (schema: string, partition: string, { table, id }: Beside) => `
with looked as materialized (
  select distinct ${id} as id from ${schema}.${table} where ${id} > $1 order by 1 limit $2
), gone as (
  delete from ${schema}.${table} b using looked l
  where b.${id} = l.id and exists (select from ${schema}.${partition} p where p.id = l.id)
)
select max(id)::text as last from looked`
