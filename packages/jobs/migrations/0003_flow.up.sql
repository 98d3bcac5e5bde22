-- Jobs that wait for others, and what running ones have finished of their work.
-- In `job`, a row in state 4 waits; one that `leads` has others waiting for it.

create table :schema.dependency (
  child bigint not null,                 -- waits for
  parent bigint not null,
  place integer not null,                -- in the order in which the call named them
  required boolean not null,             -- its failure or cancel cancels the child
  outcome smallint,                      -- how the parent ended, as a state in history; null until then
  settled boolean not null default false,            -- the child has taken note of it
  primary key (parent, child)
);
create index dependency_child on :schema.dependency (child, settled, outcome);
create index dependency_unsettled on :schema.dependency (child) where outcome is not null and not settled;

create table :schema.step (
  job_id bigint not null,
  name text collate "C" not null,
  at timestamptz not null default now(),
  result jsonb not null,
  primary key (job_id, name)
);

-- Jobs have ended, all with the same outcome: releases those that waited for nothing else, and cancels those that
-- needed another outcome, with all that wait for them in turn. In the transaction of the ending.
-- It waits for no lock, and so can't stand in a deadlock: a child that is locked at this moment, by another parent's end
-- or by a transaction that gives it a child of its own, stays unsettled, which the workers are told at the commit.
-- p_children: unsettled ones to look at again, with no new end.
-- `state + 0`: rows are found by their ids; the index of deferred jobs would be read from end to end.
create function :schema.settle(p_ended bigint[], p_outcome integer, p_children bigint[] default '{}') returns void
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

-- Settles what was locked when its parent ended.
create function :schema.settle_rest() returns void
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  -- The child ended meanwhile.
  with moot as (
    select d.child, d.parent from :schema.dependency d
    where d.outcome is not null and not d.settled and not exists (select from :schema.job j where j.id = d.child and j.state + 0 = 4)
    order by d.child, d.parent limit 1000 for update of d skip locked
  )
  update :schema.dependency d set settled = true from moot m where d.child = m.child and d.parent = m.parent;
  perform :schema.settle('{}', null, array(
    select distinct d.child from :schema.dependency d where d.outcome is not null and not d.settled limit 1000));
end
$$;

-- As `enqueue`, for jobs that wait: their groups say `deferred`. p_after: the ids to wait for, as the text of an array.
-- Answers ids as `enqueue` does, or '?' and one to wait for that isn't there; then nothing was stored.
-- The parents are locked first, and then looked at anew: one that ends at this moment either is seen as ended or finds
-- its child. The lock keeps them from ending, and from nothing else, until the transaction has ended.
create function :schema.enqueue_after(p_groups text, p_large text, p_after text, p_failure text) returns text
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
declare
  v_after bigint[] := p_after;
  v_held bigint[];
  v_outcomes smallint[];                 -- of each of p_after; null where it has not ended, 0 where it isn't there
  v_ids text;
  v_made bigint[];
begin
  -- Again where one came back by a retry between the two looks.
  for i in 1 .. 3 loop
    perform from :schema.job j where j.id = any (v_after) and not j.leads order by j.id for no key update;
    update :schema.job j set leads = true where j.id = any (v_after) and not j.leads;
    v_held := array(select j.id from :schema.job j where j.id = any (v_after) and j.leads order by j.id for key share);
    v_outcomes := array(
      select case when a.id not in (select unnest(v_held)) then coalesce((select d.state from :schema.done d where d.id = a.id limit 1),
        (select f.state from :schema.failed f where f.id = a.id limit 1), 0) end
      from unnest(v_after) with ordinality a(id, place) order by a.place);
    exit when array_position(v_outcomes, 0::smallint) is null;
  end loop;
  if 0 = any (v_outcomes) then return '?' || v_after[array_position(v_outcomes, 0::smallint)]; end if;

  v_ids := :schema.enqueue(p_groups, p_large);
  v_made := string_to_array(v_ids, ',');
  insert into :schema.dependency (child, parent, place, required, outcome)
  select c.id, p.id, p.place, p_failure = 'cancel', p.outcome
  from unnest(v_made) c(id), rows from (unnest(v_after), unnest(v_outcomes)) with ordinality p(id, outcome, place);
  if cardinality(v_held) < cardinality(v_after) then perform :schema.settle('{}', null, v_made); end if;
  -- A claim passes over what is locked.
  perform :schema.wake(array(select distinct j.queue from :schema.job j where j.id = any (v_held) and j.state = 1));
  return v_ids;
end
$$;
