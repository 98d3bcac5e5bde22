/** All, the next to fire first. */
export const listSchedules = (schema: string) => `
select name, head ->> 'name' as job, head ->> 'queue' as queue, args, cron, time_zone as "timeZone", missed,
  missed_window_ms::float8 as "window", next_at as "nextAt", last_at as "lastAt", created_at as "createdAt"
from ${schema}.schedule
order by next_at nulls last, name`
