/** $1 since. How many jobs ended since, to the minute where it is longer ago than the tally reaches. */
export const endedSince = (schema: string) => `
select coalesce(sum(finished), 0) as finished, coalesce(sum(failed), 0) as failed, coalesce(sum(canceled), 0) as canceled from (
  select finished, failed, canceled from ${schema}.minute where minute >= $1
  union all
  select finished, failed, canceled from ${schema}.tally where at >= $1
) e`
