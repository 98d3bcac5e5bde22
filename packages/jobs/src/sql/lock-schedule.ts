/** $1 name. Locked until the end of the transaction; a fire in hand is waited for. `now` is the database's clock. */
export const lockSchedule = (schema: string) => `
select name, head::text as head, args::text as args, cron, time_zone as "timeZone", missed, overlap,
  runs::text[] as runs, paused, now() as now
from ${schema}.schedule
where name = $1
for update`
