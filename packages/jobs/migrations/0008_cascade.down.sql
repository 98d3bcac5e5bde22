-- As it was before.
create or replace function :schema.settle(p_ended bigint[], p_outcome integer, p_children bigint[] default '{}') returns void
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
declare
  v_ended bigint[] := p_ended;
  v_outcome smallint := p_outcome;
  v_children bigint[] := p_children;
  v_held bigint[];
  v_doomed bigint[];
  v_queues text[];
  v_soon boolean;
  v_left boolean := false;
begin
  loop
    v_children := v_children || array(
      select distinct d.child from :schema.dependency d where d.parent = any (v_ended) and d.outcome is null);
    exit when v_children = '{}';
    v_held := array(
      select j.id from :schema.job j where j.id = any (v_children) and j.state + 0 = 4 order by j.id for update of j skip locked);
    update :schema.dependency d
    set outcome = v_outcome, settled = not exists (select from :schema.job j where j.id = d.child and j.state + 0 = 4)
    where d.parent = any (v_ended) and d.outcome is null;

    -- Statements from here on see what other parents' ends committed before the children were locked.
    with noted as (
      update :schema.dependency d set settled = true
      where d.child = any (v_held) and d.outcome is not null and not d.settled
      returning d.child, d.required and d.outcome <> 10 as dooms
    )
    select array(select distinct child from noted where dooms) into v_doomed;
    v_left := v_left or exists (
      select from :schema.dependency d where d.child = any (v_children) and d.outcome is not null and not d.settled);

    with freed as (
      update :schema.job j
      set state = case when j.run_at > now() then 0 else 1 end, run_at = greatest(j.run_at, now()),
        scheduled_for = case when j.run_at > now() then j.scheduled_for else coalesce(j.scheduled_for, j.run_at) end
      where j.id = any (v_held) and j.id not in (select unnest(v_doomed))
        and not exists (select from :schema.dependency d where d.child = j.id and not d.settled and d.outcome is null)
      returning j.id, j.name, j.queue, j.run_at, j.state, j.correlation, j.followed
    ), told as (
      insert into :schema.change (job_id, name, queue, state, correlation)
      select f.id, f.name, f.queue, case f.state when 1 then 'queued' else 'scheduled' end, f.correlation from freed f where f.followed
    )
    select array(select distinct f.queue from freed f where f.state = 1),
      exists (select from freed f where f.state = 0 and f.run_at < now() + interval '5 seconds')
    into v_queues, v_soon;
    if v_queues <> '{}' then perform :schema.wake(v_queues); end if;
    v_left := v_left or v_soon;

    exit when v_doomed = '{}';
    with gone as (
      delete from :schema.job j where j.id = any (v_doomed) returning j.*
    ), kept as (
      insert into :schema.done (id, run_at, created_at, started_at, ended_at, state, priority, attempts, max_attempts, deaths,
        queue, name, correlation, args_ref, args, options, failures, canceled_how)
      select g.id, coalesce(g.scheduled_for, g.run_at), g.created_at, g.started_at, now(), 12, g.priority, g.attempts, g.max_attempts, g.deaths,
        g.queue, g.name, g.correlation, g.args_ref, g.args, g.options, g.failures, 'before_start'
      from gone g
    ), told as (
      insert into :schema.change (job_id, name, queue, state, correlation)
      select g.id, g.name, g.queue, 'canceled', g.correlation from gone g where g.followed
    ), counted as (
      insert into :schema.tally (queue, canceled) select g.queue, count(*) from gone g group by g.queue
    ), woken as (
      select count(pg_notify(':schema', 'ended ' || g.id)) from gone g where g.awaited
    )
    select array(select g.id from gone g where g.leads) into v_ended from woken;
    v_outcome := 12;
    v_children := '{}';
  end loop;
  -- All workers tend when they hear this.
  if v_left then perform pg_notify(':schema', 'due'); end if;
end
$$;

drop function :schema.settle_and_tell;
