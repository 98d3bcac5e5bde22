/** $1 minutes. What ended in each of the last minutes. */
export const throughput = (schema: string) => `
with ended as materialized (
  select minute, finished, failed from ${schema}.minute where minute > now() - $1 * interval '1 minute' - interval '1 minute'
  union all
  select date_trunc('minute', at), finished, failed from ${schema}.tally where at > now() - $1 * interval '1 minute' - interval '1 minute'
)
select m.minute, coalesce(sum(e.finished), 0) as finished, coalesce(sum(e.failed), 0) as failed
from generate_series(date_trunc('minute', now()) - ($1 - 1) * interval '1 minute', date_trunc('minute', now()), '1 minute') m(minute)
left join ended e on e.minute = m.minute
group by m.minute order by m.minute`
