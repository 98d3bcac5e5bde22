drop function :schema.bury(integer, bigint), :schema.claim_suspects(integer, text[], text[], integer, boolean), :schema.rescue(integer, boolean);
drop index :schema.job_suspect;
alter table :schema.job drop column alone;
create index job_suspect on :schema.job (queue, priority, run_at, id) where state = 5;

-- Takes the jobs of a worker that is gone. They spend no attempt. What had started is suspected of its death: the
-- one that ran as a suspect already, else all. Three deaths, and the job has failed.
create function :schema.rescue(p_worker integer) returns table (id bigint, name text, queue text, outcome text)
language plpgsql
as $$
#variable_conflict use_column
declare
  v_blamed boolean;
begin
  perform from :schema.job j where j.worker = p_worker and j.state = 2 order by j.id for update skip locked;
  select exists (select from :schema.job j where j.worker = p_worker and j.state = 2 and j.suspect and j.started_at is not null)
  into v_blamed;
  return query
    with held as materialized (
      select j.ctid as place, j.cancel_at is not null as canceled, j.started_at is not null as started,
        j.deaths + case when j.started_at is not null and (j.suspect or not v_blamed) then 1 else 0 end as deaths
      from :schema.job j where j.worker = p_worker and j.state = 2
      order by j.id for update skip locked
    ), again as (
      update :schema.job j
      set state = 5, suspect = true, deaths = h.deaths, token = null, worker = null, started_at = null
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
  perform :schema.wake(array(select distinct j.queue from :schema.job j where j.state = 5));
end
$$;
