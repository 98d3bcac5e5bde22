-- Enqueuing asks what it must know once for each group of calls, not of each job stored, and tells of followed jobs in a
-- statement of its own: opening the table of changes and answering nine columns a job cost all calls more than that
-- statement costs the few.

-- Tells of jobs that were just stored, those that are followed.
create function :schema.tell_stored(p_ids bigint[]) returns void
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
begin
  insert into :schema.change (job_id, name, queue, state, correlation)
  select j.id, j.name, j.queue, case j.state when 1 then 'queued' when 4 then 'deferred' else 'scheduled' end, j.correlation
  from :schema.job j where j.id = any (p_ids) and j.followed
  order by j.id;
end
$$;

-- Stores jobs: groups of calls that differ in their arguments alone, in order.
-- Answers their ids, comma-separated, in that order. Arguments past 8 kB come beside, by reference.
create or replace function :schema.enqueue(p_groups text, p_large text default null) returns text
language plpgsql
set plan_cache_mode = force_generic_plan
as $$
declare
  v_ids text;
  v_first text;                          -- of the queues with jobs that are ready
  v_last text;
  v_strict boolean;
  v_soon boolean;
  v_followed boolean;
begin
  if p_large is not null then
    insert into :schema.argument (id, args)
    select l.id, l.args from jsonb_to_recordset(p_large::jsonb) as l(id uuid, args jsonb);
  end if;
  with groups as materialized (
    select g.*, coalesce(g.at, now() + coalesce(g.delay, 0) * interval '1 millisecond') as run_at,
      case when g.deferred then 4 when coalesce(g.at <= now(), coalesce(g.delay, 0) <= 0) then 1 else 0 end as state
    from jsonb_to_recordset(p_groups::jsonb) as g(queue text, name text, calls jsonb, ref uuid, priority smallint,
      delay double precision, at timestamptz, attempts smallint, correlation text, followed boolean, options jsonb,
      deferred boolean, serial_key text, limit_key text)
  ), made as (
    insert into :schema.job
      (queue, name, args, args_ref, priority, run_at, state, max_attempts, correlation, followed, options, serial_key, limit_key)
    select g.queue, g.name, case when g.ref is null then a.args end, g.ref, coalesce(g.priority, 0), g.run_at, g.state,
      coalesce(g.attempts, 1), g.correlation, coalesce(g.followed, false), g.options, g.serial_key, g.limit_key
    from groups g, jsonb_array_elements(g.calls) as a(args)
    returning id
  )
  select (select string_agg(id::text, ',') from made),
    min(queue) filter (where state = 1), max(queue), bool_or(serial_key is not null or limit_key is not null),
    bool_or(state = 0 and run_at < now() + interval '5 seconds'), bool_or(followed)
  into v_ids, v_first, v_last, v_strict, v_soon, v_followed
  from groups;
  if v_strict then
    perform :schema.make_strict(array(select distinct g.queue
      from jsonb_to_recordset(p_groups::jsonb) as g(queue text, serial_key text, limit_key text)
      where g.serial_key is not null or g.limit_key is not null));
  end if;
  if v_followed then perform :schema.tell_stored(string_to_array(v_ids, ',')::bigint[]); end if;
  if (v_first is not null or v_soon) and exists (select from :schema.worker where sleeping) then
    if v_first is not null then
      perform :schema.wake(case when v_first = v_last then array[v_first]
        else array(select distinct g.queue from jsonb_to_recordset(p_groups::jsonb) as g(queue text)) end);
    end if;
    -- What is due later than their next look they will find by it.
    if v_soon then perform pg_notify(':schema', 'due'); end if;
  end if;
  return v_ids;
end
$$;
