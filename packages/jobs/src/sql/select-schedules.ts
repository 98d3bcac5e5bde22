/** $1 a name, or null for all, the next to fire first. The state of the last job is null once history dropped it. */
export const selectSchedules = (schema: string) => `
select s.name, s.head ->> 'name' as job, s.head ->> 'queue' as queue, -(s.head ->> 'priority')::integer as priority,
  (s.head ->> 'attempts')::integer - 1 as retries, s.args, s.cron, s.time_zone as "timeZone", s.missed,
  s.missed_window_ms::float8 as "window", s.overlap, s.paused, s.next_at as "nextAt", s.created_at as "createdAt",
  s.missed_runs::float8 as "missedRuns", s.skipped_runs::float8 as "skippedRuns", now() as now,
  s.runs[cardinality(s.runs)]::text as "lastJob", s.last_at as "lastAt", s.last_made_at as "lastMadeAt",
  (select t.state from ${schema}.status t where t.id = s.runs[cardinality(s.runs)]) as "lastState"
from ${schema}.schedule s
where $1::text is null or s.name = $1
order by s.next_at nulls last, s.name`
