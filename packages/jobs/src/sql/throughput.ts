/** $1 minutes. What ended in each of the last minutes, and how long it had waited where that is known. */
export const throughput = (schema: string) => `
with ended as materialized (
  select minute, finished, failed from ${schema}.minute where minute > now() - $1 * interval '1 minute' - interval '1 minute'
  union all
  select date_trunc('minute', at), finished, failed from ${schema}.tally where at > now() - $1 * interval '1 minute' - interval '1 minute'
), waits as materialized (
  select minute, p50, p95 from ${schema}.wait where minute > now() - $1 * interval '1 minute' - interval '1 minute'
)
select m.minute, coalesce(sum(e.finished), 0) as finished, coalesce(sum(e.failed), 0) as failed, w.p50, w.p95
from generate_series(date_trunc('minute', now()) - ($1 - 1) * interval '1 minute', date_trunc('minute', now()), '1 minute') m(minute)
left join ended e on e.minute = m.minute
left join waits w on w.minute = m.minute
group by m.minute, w.p50, w.p95 order by m.minute`
