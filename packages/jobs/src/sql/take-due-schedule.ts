/**
 * $1 names to leave alone. The schedule that is due longest, of those that no other scheduler has in hand; locked until
 * the end of the transaction. `now` is the database's clock.
 */
export const takeDueSchedule = (schema: string) => `
select name, head::text as head, args::text as args, cron, time_zone as "timeZone", missed,
  missed_window_ms::float8 as "missedWindow", overlap, runs::text[] as runs, next_at as "nextAt", now() as now
from ${schema}.schedule
where next_at <= now() and name <> all ($1::text[])
order by next_at
limit 1
for update skip locked`
