create or replace function :schema.enqueue(p_groups text, p_large text default null) returns text
language plpgsql
set plan_cache_mode = force_generic_plan
as $$
declare
  v_ids text;
  v_first text;
  v_last text;
  v_soon boolean;
  v_keyed boolean;
begin
  if p_large is not null then
    insert into :schema.argument (id, args)
    select l.id, l.args from jsonb_to_recordset(p_large::jsonb) as l(id uuid, args jsonb);
  end if;
  with made as (
    insert into :schema.job
      (queue, name, args, args_ref, priority, run_at, state, max_attempts, correlation, followed, options, serial_key, limit_key)
    select g.queue, g.name, case when g.ref is null then a.args end, g.ref, coalesce(g.priority, 0),
      coalesce(g.at, now() + coalesce(g.delay, 0) * interval '1 millisecond'),
      case when g.deferred then 4 when coalesce(g.at <= now(), coalesce(g.delay, 0) <= 0) then 1 else 0 end,
      coalesce(g.attempts, 1), g.correlation, coalesce(g.followed, false), g.options,
      g.serial_key, g.limit_key
    from jsonb_to_recordset(p_groups::jsonb) as g(queue text, name text, calls jsonb, ref uuid, priority smallint,
        delay double precision, at timestamptz, attempts smallint, correlation text, followed boolean, options jsonb,
        deferred boolean, serial_key text, limit_key text),
      jsonb_array_elements(g.calls) as a(args)
    returning id, queue, name, run_at, state, correlation, followed, serial_key, limit_key
  ), told as (
    insert into :schema.change (job_id, name, queue, state, correlation)
    select id, name, queue, case state when 1 then 'queued' when 4 then 'deferred' else 'scheduled' end, correlation from made where followed
  )
  select string_agg(id::text, ','), min(queue) filter (where state = 1), max(queue),
    bool_or(state = 0 and run_at < now() + interval '5 seconds'),
    bool_or(serial_key is not null or limit_key is not null)
  into v_ids, v_first, v_last, v_soon, v_keyed
  from made;
  if v_keyed then
    perform :schema.make_strict(array(select distinct g.queue
      from jsonb_to_recordset(p_groups::jsonb) as g(queue text, serial_key text, limit_key text)
      where g.serial_key is not null or g.limit_key is not null));
  end if;
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

drop function :schema.tell_stored;
