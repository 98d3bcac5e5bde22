drop function :schema.tend(text[], text[], bigint, integer, jsonb);
drop function :schema.floors(text[], jsonb);

create function :schema.tend(p_queues text[], p_names text[], p_due_from bigint, p_limit integer) returns table (
  promoted integer, parked integer, unparked integer, due_from bigint, next_due double precision,
  ready boolean,                                       -- there is something to claim
  lowest jsonb,                                        -- for each queue with promoted jobs the place to look from
  orphans integer[]                                    -- workers that are gone and still have jobs
)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_queues text[];
  v_queue text;
  v_from timestamptz := coalesce(:schema.from_micros(p_due_from), '-infinity');
begin
  with due as materialized (
    select j.ctid as place from :schema.job j
    where j.state = 0 and j.run_at <= now() and j.run_at >= v_from
    order by j.run_at, j.id limit p_limit for update skip locked
  ), promoted as (
    update :schema.job j set state = 1 from due where j.ctid = due.place
    returning j.id, j.queue, j.name, j.priority, j.run_at, j.followed, j.correlation
  ), told as (
    insert into :schema.change (job_id, name, queue, state, correlation)
    select p.id, p.name, p.queue, 'queued', p.correlation from promoted p where p.followed
  ), first as (
    select distinct on (queue) queue, jsonb_build_array(priority, :schema.micros(run_at), id) as place
    from promoted order by queue, priority, run_at, id
  )
  select (select count(*) from promoted), (select :schema.micros(max(run_at)) from promoted),
    (select jsonb_object_agg(queue, place) from first), array(select queue from first)
  into promoted, due_from, lowest, v_queues;
  if promoted > 0 then
    perform :schema.wake(v_queues);
  end if;

  select extract(epoch from j.run_at - now()) * 1000 into next_due
  from :schema.job j where j.state = 0 and j.run_at >= v_from order by j.run_at, j.id limit 1;

  with seen as materialized (
    select f.id, f.queue, f.name from unnest(p_queues) q,
      lateral (select j.id, j.queue, j.name from :schema.job j where j.state = 1 and j.queue = q
               order by j.priority, j.run_at, j.id limit p_limit) f
  ), strange as materialized (
    select k.queue, k.name from (select distinct queue, name from seen where name <> all (p_names)) k
    where not exists (select from :schema.worker w where k.queue = any (w.queues) and k.name = any (w.names))
  ), going as (
    select j.ctid as place from :schema.job j join seen s on s.id = j.id join strange k on k.queue = s.queue and k.name = s.name
    where j.token is null and j.state <> 3
    order by j.id for update of j skip locked
  )
  update :schema.job j set state = 3 from going where j.ctid = going.place and j.state = 1;
  get diagnostics parked = row_count;

  with coming as (
    select j.ctid as place from :schema.job j
    where j.state = 3 and j.queue = any (p_queues) and j.name = any (p_names)
    limit p_limit for update skip locked
  )
  update :schema.job j set state = 1 from coming where j.ctid = coming.place;
  get diagnostics unparked = row_count;

  if exists (select from :schema.dependency d where d.outcome is not null and not d.settled) then
    perform :schema.settle_rest();
    next_due := least(next_due, 50);
  end if;
  -- The locks stay to the end of this.
  for v_queue in select q.name from :schema.queue q where q.strict and q.name = any (p_queues) order by q.name loop
    next_due := least(next_due, :schema.unblock(v_queue, null, null, false));
  end loop;

  ready := exists (select from :schema.job j where j.state = 1 and j.queue = any (p_queues) and j.name = any (p_names))
    or exists (select from :schema.job j where j.state = 5 and j.queue = any (p_queues) and j.name = any (p_names));

  select array_agg(o.worker) into orphans
  from (select distinct j.worker from :schema.job j where j.state = 2) o
  where not exists (select from :schema.worker w where w.id = o.worker);
  return next;
end
$$;
