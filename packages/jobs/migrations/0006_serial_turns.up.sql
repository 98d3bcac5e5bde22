-- A worker that finished a job of a serial key takes the next of that key in the same transaction, and runs it in the same
-- place: docs/decisions/0110 tells why.

-- Takes up to p_limit jobs for a worker, in order of priority, due time and id, queue by queue.
-- The first p_free of them start at once, and are marked so; the others are claimed ahead.
-- p_floors: for each queue '[priority, microseconds, id]', below which nothing was left when it was passed, or null.
-- p_probe: look first whether something came in below (a higher priority, a retry, a late commit), and take that.
-- A suspect comes alone: one at a time in a worker. In strict queues nothing is claimed ahead.
-- A last row tells, where there is something to tell: what the probe cost in ms, as it passes over dead index entries;
-- the strict queues; after how many ms their limits leave room again; those behind which more of their serial key wait.
create or replace function :schema.claim(
  p_worker integer, p_queues text[], p_floors jsonb[], p_names text[], p_limit integer, p_free integer, p_suspect boolean,
  p_probe boolean
) returns table (
  ord bigint, id bigint, name text, queue text, args jsonb, args_ref uuid, attempts smallint, max_attempts smallint,
  priority smallint, run_at bigint, scheduled_for bigint, token bigint, correlation text, followed boolean,
  suspect boolean, options jsonb, info jsonb
)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_token bigint := nextval(':schema.token');
  v_taken integer := 0;
  v_new integer;
  v_priority smallint;
  v_run_at timestamptz;
  v_id bigint;
  v_looked_at timestamptz;
  v_read bigint;
  v_probe_ms double precision;
  v_probe_passed bigint;
  v_paused boolean;
  v_strict boolean;
  v_limits jsonb;
  v_strict_queues text[];
  v_locked boolean := false;
  v_again double precision;
  v_soonest double precision;
  v_keyed bigint[] := '{}';
  v_more text[];
begin
  -- Declared dead meanwhile: it must not own anything.
  if not exists (select from :schema.worker w where w.id = p_worker) then return; end if;
  for i in 1 .. cardinality(p_queues) loop
    exit when v_taken >= p_limit;
    select q.paused, q.strict, q.limits into v_paused, v_strict, v_limits from :schema.queue q where q.name = p_queues[i];
    continue when v_paused;
    if v_strict then
      v_strict_queues := v_strict_queues || p_queues[i];
      continue when v_taken >= p_free;
      -- Waiting for a second lock could be waiting in a ring.
      if v_locked then
        if not pg_try_advisory_xact_lock(:schema.strict_lock(p_queues[i])) then
          v_soonest := 0;
          continue;
        end if;
      else
        perform pg_advisory_xact_lock(:schema.strict_lock(p_queues[i]));
        v_locked := true;
      end if;
      for ord, id, name, queue, args, args_ref, attempts, max_attempts, priority, run_at, scheduled_for, token, correlation,
        followed, suspect, options, v_again in
        select c.* from :schema.claim_strict(p_worker, p_queues[i], v_limits, p_names, p_free - v_taken, v_token,
          p_suspect and v_taken = 0) c
      loop
        if id is null then
          v_soonest := least(v_soonest, v_again);
        else
          v_taken := v_taken + 1;
          ord := v_taken;
          if v_limits is null then v_keyed := v_keyed || id; end if;
          return next;
        end if;
      end loop;
      continue;
    end if;
    v_priority := coalesce((p_floors[i] ->> 0)::smallint, smallint '-32768');
    v_run_at := coalesce(:schema.from_micros((p_floors[i] ->> 1)::bigint), '-infinity');
    v_id := coalesce((p_floors[i] ->> 2)::bigint, 0);
    if p_probe then
      v_looked_at := clock_timestamp();
      v_read := pg_stat_get_xact_tuples_returned(':schema.job_ready'::regclass);
      if p_floors[i] is not null and exists (
        select from :schema.job j
        where j.state = 1 and j.queue = p_queues[i] and j.name = any (p_names)
          and (j.priority, j.run_at, j.id) < (v_priority, v_run_at, v_id)
      ) then
        v_priority := -32768;
        v_run_at := '-infinity';
        v_id := 0;
      end if;
    end if;
    return query
      with suspects as (
        select j.ctid as place from :schema.job j
        where p_suspect and v_taken = 0 and j.state = 5 and j.queue = p_queues[i] and j.name = any (p_names)
        order by j.priority, j.run_at, j.id
        limit 1 for update skip locked
      ), ready as (
        -- Once more, in the snapshot of the claim: what came after a pause, or with a key, must not slip through.
        select j.ctid as place from :schema.job j
        where not exists (select from :schema.queue q where q.name = p_queues[i] and (q.paused or q.strict))
          and j.state = 1 and j.queue = p_queues[i] and j.name = any (p_names)
          and (j.priority, j.run_at, j.id) >= (v_priority, v_run_at, v_id)
        order by j.priority, j.run_at, j.id
        limit p_limit - v_taken for update skip locked
      ), chosen as (
        select place, row_number() over () + v_taken as ord from (select place from suspects union all select place from ready) c
      ), taken as (
        update :schema.job j
        set state = 2, token = v_token, worker = p_worker, started_at = case when c.ord <= p_free then now() end,
          unique_key = case when j.unique_until_claimed then null else j.unique_key end
        from chosen c where j.ctid = c.place
        returning c.ord, j.id, j.name, j.queue, j.args, j.args_ref, j.attempts, j.max_attempts, j.priority, j.run_at,
          j.scheduled_for, j.token, j.correlation, j.followed, j.suspect, j.options, j.started_at
      ), told as (
        insert into :schema.change (job_id, name, queue, state, correlation)
        select t.id, t.name, t.queue, 'started', t.correlation from taken t where t.followed and t.started_at is not null
      )
      select t.ord, t.id, t.name, t.queue, t.args, t.args_ref, t.attempts, t.max_attempts, t.priority,
        :schema.micros(t.run_at), :schema.micros(t.scheduled_for), t.token, t.correlation, t.followed, t.suspect, t.options,
        null::jsonb
      from taken t;
    get diagnostics v_new = row_count;
    v_taken := v_taken + v_new;
    if p_probe then
      v_probe_ms := coalesce(v_probe_ms, 0) + extract(epoch from clock_timestamp() - v_looked_at) * 1000;
      -- Entries of the index that brought no job. Time alone would take a busy machine for dead entries.
      v_probe_passed := coalesce(v_probe_passed, 0)
        + pg_stat_get_xact_tuples_returned(':schema.job_ready'::regclass) - v_read - v_new;
    end if;
  end loop;
  if v_probe_ms is not null or v_strict_queues is not null then
    ord := null;
    id := null;
    if v_keyed <> '{}' then
      select array_agg(k.id::text) into v_more from :schema.job k where k.id = any (v_keyed) and exists (
        select from :schema.job b
        where b.serial_key is not null and b.state in (1, 6) and b.queue = k.queue and b.serial_key = k.serial_key);
    end if;
    info := jsonb_build_object('probe', v_probe_ms, 'passed', v_probe_passed, 'strict', v_strict_queues, 'again', v_soonest, 'more', v_more);
    return next;
  end if;
end
$$;

-- As `complete`; and each of p_turns (JSON text: id, queue, key, name, priority) that it moved is followed by the first of
-- its serial key, which this worker has from then on. The key is never free between the two, so nobody else can take one
-- of it meanwhile, and no lock of the queue is needed. It waits for none that is locked, and lets none pass: taken is the
-- first or nothing, of the same name and priority, in a queue that has no limits and isn't paused.
-- Answers the jobs it took, each with the one `after` which it comes, and then a row without a job, with what `complete`
-- answers.
create function :schema.complete_and_take(
  p_ids bigint[], p_tokens bigint[], p_ages double precision[], p_results jsonb[], p_progress real[], p_messages text[],
  p_turns text, p_worker integer
) returns table (
  id bigint, name text, queue text, args jsonb, args_ref uuid, attempts smallint, max_attempts smallint, priority smallint,
  run_at bigint, scheduled_for bigint, token bigint, correlation text, followed boolean, suspect boolean, options jsonb,
  after bigint, more boolean, missing bigint[]
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
  v_missing bigint[] := :schema.complete(p_ids, p_tokens, p_ages, p_results, p_progress, p_messages);
  v_token bigint := nextval(':schema.token');
begin
  return query
    with turns as materialized (
      select t.* from jsonb_to_recordset(p_turns::jsonb) as t(id bigint, queue text, key text, name text, priority smallint)
      -- A worker that was declared dead meanwhile must not own anything.
      where t.id <> all (v_missing) and exists (select from :schema.worker w where w.id = p_worker)
        and exists (select from :schema.queue q where q.name = t.queue and not q.paused and q.limits is null)
        and not exists (select from :schema.job h where h.held and h.queue = t.queue and h.serial_key = t.key)
    ), firsts as materialized (
      select f.id, t.id as after from turns t, lateral (
        select j.id, j.name, j.priority from :schema.job j
        where j.serial_key is not null and j.state in (1, 6) and j.queue = t.queue and j.serial_key = t.key
        order by j.priority, j.run_at, j.id limit 1
      ) f
      where f.name = t.name and f.priority = t.priority
    ), locked as materialized (
      select j.id, f.after from firsts f join :schema.job j on j.id = f.id
      where j.state in (1, 6) order by j.id for update of j skip locked
    ), taken as (
      update :schema.job j
      set state = 2, token = v_token, worker = p_worker, started_at = clock_timestamp(), held = true,
        unique_key = case when j.unique_until_claimed then null else j.unique_key end
      from locked l where j.id = l.id
      returning j.*, l.after
    ), told as (
      insert into :schema.change (job_id, name, queue, state, correlation)
      select t.id, t.name, t.queue, 'started', t.correlation from taken t where t.followed
    )
    select t.id, t.name, t.queue, t.args, t.args_ref, t.attempts, t.max_attempts, t.priority,
      :schema.micros(t.run_at), :schema.micros(t.scheduled_for), t.token, t.correlation, t.followed, t.suspect, t.options,
      t.after, exists (
        select from :schema.job b
        where b.serial_key is not null and b.state in (1, 6) and b.queue = t.queue and b.serial_key = t.serial_key and b.id <> t.id),
      null::bigint[]
    from taken t;
  id := null;
  missing := v_missing;
  return next;
end
$$;

-- It was planned anew each time, which cost ten times what it does.
alter function :schema.unblock(text, text[], text[], boolean) set plan_cache_mode = force_generic_plan;
