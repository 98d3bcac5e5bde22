/** The oldest due job that waits, in seconds, and workers that are or were there. */
export const health = (schema: string) => `
select
  (select extract(epoch from now() - min(oldest))::float8 from (
    select (select j.run_at from ${schema}.job j where j.queue = q.name and j.state = 1 order by j.priority, j.run_at, j.id limit 1) as oldest
    from ${schema}.queue q where not q.paused) w) as oldest_waiting,
  (select count(*) from ${schema}.worker where beaten_at > now() - interval '15 seconds') as workers,
  (select count(*) from ${schema}.worker where beaten_at <= now() - interval '15 seconds') as dead_workers`
