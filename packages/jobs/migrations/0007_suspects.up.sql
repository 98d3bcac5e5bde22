-- What ran when a worker died is suspected of its death. Suspects are claimed by a statement of their own.
-- docs/decisions/0113 tells the rule.

alter table :schema.job add column alone boolean not null default false;   -- of a suspect: it runs with nothing beside it

drop index :schema.job_suspect;
create index job_suspect on :schema.job (queue, alone, priority, run_at, id) where state = 5;

-- Takes suspects for a worker, in the order of claims: with p_alone first of all one that must run alone, and then nothing
-- else; its start is recorded when it begins. Else up to p_most of the others, which start at once.
-- Limits hold for them as for all; of its serial key a suspect is the holder.
create function :schema.claim_suspects(p_worker integer, p_queues text[], p_names text[], p_most integer, p_alone boolean)
returns table (
  id bigint, token bigint, name text, queue text, args jsonb, args_ref uuid, attempts smallint, max_attempts smallint,
  priority smallint, run_at bigint, scheduled_for bigint, correlation text, followed boolean, suspect boolean, options jsonb,
  strict boolean, alone boolean
)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  c_seen constant integer := 200;
  v_token bigint := nextval(':schema.token');
  v_alone boolean;
  v_queue text;
  v_paused boolean;
  v_strict boolean;
  v_limits jsonb;
  v_locked boolean := false;
  v_taken integer := 0;
  v_new integer;
  v_room integer;
  v_rooms jsonb;
  v_key_room integer;
  v_chosen bigint[];
  j record;
begin
  -- Declared dead meanwhile: it must not own anything. Nor while this runs: what bury has just freed would be taken for
  -- one that is gone, and that would count as a second death.
  perform from :schema.worker w where w.id = p_worker for key share;
  if not found then return; end if;
  foreach v_alone in array case when p_alone then array[true, false] else array[false] end loop
    foreach v_queue in array p_queues loop
      v_room := case when v_alone then 1 else p_most - v_taken end;
      continue when v_room <= 0 or not exists (
        select from :schema.job s where s.state = 5 and s.queue = v_queue and s.alone = v_alone and s.name = any (p_names));
      select q.paused, q.strict, q.limits into v_paused, v_strict, v_limits from :schema.queue q where q.name = v_queue;
      continue when v_paused;
      v_rooms := '{}';
      v_chosen := '{}';
      if v_strict then
        -- Waiting for a second lock could be waiting in a ring.
        if v_locked then
          continue when not pg_try_advisory_xact_lock(:schema.strict_lock(v_queue));
        else
          perform pg_advisory_xact_lock(:schema.strict_lock(v_queue));
          v_locked := true;
        end if;
        select least(v_room, r.room) into v_room from :schema.room(v_queue, null, (v_limits ->> 'running')::integer,
          (v_limits ->> 'starts')::integer, (v_limits ->> 'per')::double precision) r;
      end if;
      for j in
        select s.id, s.limit_key from :schema.job s
        where s.state = 5 and s.queue = v_queue and s.alone = v_alone and s.name = any (p_names)
        order by s.priority, s.run_at, s.id limit c_seen
      loop
        exit when cardinality(v_chosen) >= v_room;
        if j.limit_key is not null and (v_limits ? 'keyRunning' or v_limits ? 'keyStarts') then
          if not v_rooms ? j.limit_key then
            select r.room into v_key_room from :schema.room(v_queue, j.limit_key, (v_limits ->> 'keyRunning')::integer,
              (v_limits ->> 'keyStarts')::integer, (v_limits ->> 'keyPer')::double precision) r;
          else
            v_key_room := (v_rooms ->> j.limit_key)::integer;
          end if;
          v_rooms := v_rooms || jsonb_build_object(j.limit_key, greatest(v_key_room - 1, 0));
          continue when v_key_room = 0;
        end if;
        v_chosen := v_chosen || j.id;
      end loop;

      return query
        with chosen as materialized (
          select c.id from :schema.job c where c.id = any (v_chosen) and c.state = 5 order by c.id for update skip locked
        ), taken as (
          update :schema.job t
          set state = 2, token = v_token, worker = p_worker, started_at = case when not v_alone then clock_timestamp() end,
            unique_key = case when t.unique_until_claimed then null else t.unique_key end
          from chosen c where t.id = c.id
          returning t.*
        ), told as (
          insert into :schema.change (job_id, name, queue, state, correlation)
          select t.id, t.name, t.queue, 'started', t.correlation from taken t where t.followed and not v_alone
        ), counted as (
          insert into :schema.start (queue, limit_key, at)
          select t.queue, t.limit_key, clock_timestamp() from taken t where v_limits ? 'starts' or v_limits ? 'keyStarts'
        )
        select t.id, t.token, t.name, t.queue, t.args, t.args_ref, t.attempts, t.max_attempts, t.priority,
          :schema.micros(t.run_at), :schema.micros(t.scheduled_for), t.correlation, t.followed, t.suspect, t.options,
          coalesce(v_strict, false), v_alone
        from taken t order by t.priority, t.run_at, t.id;
      get diagnostics v_new = row_count;
      v_taken := v_taken + v_new;
      exit when v_alone and v_taken > 0;
    end loop;
    exit when v_taken > 0;
  end loop;
end
$$;

drop function :schema.rescue(integer);

-- Takes the jobs of a worker that is gone. They spend no attempt. All are suspected of its death: one that was a suspect
-- already must run alone from here on. To blame is only what was alone: three such deaths, and the job has failed.
-- p_first: nobody took any of its jobs before, so that a single one was alone indeed.
create function :schema.rescue(p_worker integer, p_first boolean default false) returns table (id bigint, name text, queue text, outcome text)
language plpgsql
as $$
#variable_conflict use_column
declare
  -- With those that were claimed ahead, as one that began a moment ago is not on record; what must be alone always is.
  v_single boolean := p_first and (select count(*) = 1 from :schema.job j
    where j.worker = p_worker and j.state = 2 and not (j.suspect and j.alone and j.started_at is null));
begin
  return query
    with held as materialized (
      select j.ctid as place, j.cancel_at is not null as canceled, j.started_at is not null as started,
        j.deaths + case when j.started_at is not null and (v_single or j.suspect and j.alone) then 1 else 0 end as deaths,
        j.suspect and j.alone or j.started_at is not null and (v_single or j.suspect) as alone
      from :schema.job j where j.worker = p_worker and j.state = 2
      order by j.id for update skip locked
    ), again as (
      update :schema.job j
      set state = 5, suspect = true, alone = h.alone, deaths = h.deaths, token = null, worker = null, started_at = null
      from held h where j.ctid = h.place and not h.canceled and h.deaths < 3
      returning j.id, j.name, j.queue, j.correlation, j.followed, null::text as error
    ), gone as (
      delete from :schema.job j using held h where j.ctid = h.place and (h.canceled or h.deaths >= 3)
      returning j.*, h.canceled, h.started, h.deaths as died
    ), kept as (
      insert into :schema.failed (id, run_at, created_at, started_at, ended_at, state, priority, attempts, max_attempts, deaths,
        progress, queue, name, correlation, progress_message, args_ref, args, options, failures, error)
      select g.id, coalesce(g.scheduled_for, g.run_at), g.created_at, g.started_at, now(), 11, g.priority, g.attempts, g.max_attempts, g.died,
        p.value, g.queue, g.name, g.correlation, p.message, g.args_ref, g.args, g.options, g.failures,
        'Quarantined: the worker died under this job ' || g.died || ' times'
      from gone g left join :schema.progress p on p.job_id = g.id where not g.canceled
    ), dropped as (
      insert into :schema.done (id, run_at, created_at, started_at, ended_at, state, priority, attempts, max_attempts, deaths,
        progress, queue, name, correlation, progress_message, args_ref, args, options, failures, canceled_how)
      select g.id, coalesce(g.scheduled_for, g.run_at), g.created_at, g.started_at, now(), 12, g.priority, g.attempts, g.max_attempts, g.deaths,
        p.value, g.queue, g.name, g.correlation, p.message, g.args_ref, g.args, g.options, g.failures,
        case when g.started then 'disowned' else 'before_start' end
      from gone g left join :schema.progress p on p.job_id = g.id where g.canceled
    ), outcomes as (
      select a.id, a.name, a.queue, a.correlation, a.followed, false as awaited, 'queued' as outcome from again a
      union all
      select g.id, g.name, g.queue, g.correlation, g.followed, g.awaited, case when g.canceled then 'canceled' else 'failed' end from gone g
    ), told as (
      insert into :schema.change (job_id, name, queue, state, correlation)
      select o.id, o.name, o.queue, o.outcome, o.correlation from outcomes o where o.followed
    ), cleared as (
      delete from :schema.progress p using gone g where p.job_id = g.id
    ), counted as (
      insert into :schema.tally (queue, failed, canceled)
      select g.queue, count(*) filter (where not g.canceled), count(*) filter (where g.canceled) from gone g group by g.queue
    ), woken as (
      select count(pg_notify(':schema', 'ended ' || o.id)) from outcomes o where o.awaited
    ), settled as (
      select count(:schema.settle(l.ids, l.state)) from (
        select array_agg(g.id) as ids, case when g.canceled then 12 else 11 end as state from gone g where g.leads group by 2) l
    )
    select o.id, o.name, o.queue, o.outcome from outcomes o, woken, settled;
  if exists (select from :schema.job j where j.state = 5) then perform pg_notify(':schema', 'suspects'); end if;
end
$$;

-- Takes a worker off the list, unless it beat since it was seen to stand still, and its jobs in the same transaction:
-- else a look for orphans might come in between. Answers how many jobs it took; null where it is alive.
create function :schema.bury(p_worker integer, p_beat bigint) returns integer
language plpgsql
as $$
begin
  delete from :schema.worker w where w.id = p_worker and w.beat = p_beat;
  if not found then return null; end if;
  return (select count(*) from :schema.rescue(p_worker, true));
end
$$;
