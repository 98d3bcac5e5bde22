/**
 * Whatever has kept the database from cleaning up dead rows for a second, the one that reaches furthest back. A VACUUM doesn't, though it
 * looks so. Of other users' transactions nothing is seen without the right to (pg_read_all_stats).
 */
export const heldBack = `
select * from (
  select 'transaction' as kind, a.pid, coalesce(nullif(a.application_name, ''), a.usename, a.backend_type) as application,
    extract(epoch from now() - a.xact_start)::float8 as seconds,
    greatest(age(a.backend_xid), age(a.backend_xmin)) as transactions,
    a.state, a.wait_event_type, a.wait_event,
    case when a.wait_event_type = 'Lock' then array_to_string(pg_blocking_pids(a.pid), ', ') end as blockers
  from pg_stat_activity a
  where (a.backend_xid is not null or a.backend_xmin is not null) and a.pid <> pg_backend_pid()
    and (a.datname = current_database() or a.backend_type = 'walsender')
    and coalesce(a.xact_start < now() - interval '1 second', true)
    and a.backend_type <> 'autovacuum worker' and a.query !~* '^\\s*vacuum'
  union all
  select 'prepared', null, p.gid, extract(epoch from now() - p.prepared)::float8, age(p.transaction), null, null, null, null
  from pg_prepared_xacts p where p.database = current_database()
  union all
  select 'slot', s.active_pid, s.slot_name::text, null, age(s.xmin), case when s.active then 'active' else 'inactive' end, null, null, null
  from pg_replication_slots s where s.xmin is not null
) h
order by transactions desc, seconds desc nulls last limit 1`
