-- The live bus: an inbox that publishers write in their own transactions, and events with positions,
-- which one sequencer at a time moves there. See docs/reference/live.md.

create table :schema.live_state (
  one boolean primary key default true check (one),
  -- Names this series of positions; a cursor of another one can't be resumed.
  epoch text not null,
  -- The server, timeline and database that the epoch was made for; see live_settle.
  home text not null,
  -- Positions up to here have been dropped, or are about to be.
  forgotten bigint not null default 0
);
insert into :schema.live_state (epoch, home) values ('none', 'none');

create table :schema.live_inbox (
  id bigint generated always as identity primary key,
  topic text not null,
  -- json, not jsonb, and never taken apart in SQL: a detail may hold \u0000 or half a surrogate pair.
  message json not null,
  published_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- Partitions by time are made ahead and dropped by the sequencer's process. No unique index: it would have
-- to hold the time too. That one session alone writes here keeps positions apart.
create table :schema.live_event (
  pos bigint not null,
  moved_at timestamptz not null,
  published_at timestamptz not null,
  topic text not null,
  message json not null
) partition by range (moved_at);
create index live_event_pos on :schema.live_event (pos);

-- Who watches what: a topic is watched for an hour past its last renewal.
create table :schema.live_interest (
  topic text primary key,
  renewed_at timestamptz not null default now()
);

-- Where positions can't have gone backwards: this server (a dump restored elsewhere differs), this timeline
-- (a promoted standby may lack the last commits), this database (a clone differs).
create function :schema.live_home() returns text language plpgsql as $$
begin
  return concat_ws('/',
    (select system_identifier from pg_control_system()),
    left(pg_walfile_name(pg_current_wal_lsn()), 8),
    (select oid from pg_database where datname = current_database()));
exception when insufficient_privilege or feature_not_supported then
  -- A managed server that hides these.
  return concat_ws('/', host(inet_server_addr()), (select oid from pg_database where datname = current_database()));
end $$;

-- Begins a new epoch if this is another server than the last time. Asked on every new connection.
create function :schema.live_settle() returns void language sql as $$
  update :schema.live_state
  set epoch = left(replace(gen_random_uuid()::text, '-', ''), 12), home = :schema.live_home()
  where home <> :schema.live_home()
$$;

-- Leaves messages in the caller's transaction. The shared lock tells the sequencer that a transaction with
-- messages is open: it does not sleep meanwhile. Where it sleeps already (it holds the lock for itself)
-- it is notified, and only then, because NOTIFY makes commits wait for each other.
create function :schema.live_publish(topics text[], messages json[]) returns void language plpgsql as $$
begin
  insert into :schema.live_inbox (topic, message)
  select given.topic, given.message
  from unnest(topics, messages) with ordinality as given (topic, message, place) order by place;
  if not pg_try_advisory_xact_lock_shared(hashtext(':schema.live'), 2) then
    perform pg_notify(':schema.live_wake', '');
  end if;
end $$;

-- Moves messages from the inbox, and before them what feeds gave, to the events behind `last`.
-- The plan is pinned: statistics of an empty inbox would choose to read and sort all of a full one. Pinning
-- raises the plan's cost, for which a server with JIT would compile it anew, for 130 ms, at each call.
create function :schema.live_move(
  from_id bigint, most int, last bigint, fed_topics text[], fed_messages json[]
) returns table (moved bigint, highest bigint) language plpgsql
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off
as $$
begin
  return query
  with bound as materialized (
    select max(id) as upper
    from (select id from :schema.live_inbox where id >= from_id order by id limit most) as next
  ), taken as (
    delete from :schema.live_inbox i using bound where i.id >= from_id and i.id <= bound.upper
    returning i.id, i.topic, i.message, i.published_at
  ), line as (
    select 0 as source, f.place, f.topic, f.message, clock_timestamp() as published_at
    from unnest(fed_topics, fed_messages) with ordinality as f (topic, message, place)
    union all
    select 1, t.id, t.topic, t.message, t.published_at from taken t
  ), put as (
    insert into :schema.live_event (pos, moved_at, published_at, topic, message)
    select last + row_number() over (order by source, place), statement_timestamp(), l.published_at, l.topic, l.message
    from line l
    returning 1
  )
  select count(*), max(place) filter (where source = 1) from line;
end $$;

-- The events behind a position, with the state that they belong to: one row at least, without event where
-- there is none.
create function :schema.live_read(after bigint, most int)
returns table (epoch text, forgotten bigint, pos bigint, published_at timestamptz, topic text, message json)
language plpgsql
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
begin
  return query
  select s.epoch, s.forgotten, e.pos, e.published_at, e.topic, e.message
  from :schema.live_state s left join lateral (
    select * from :schema.live_event v where v.pos > after order by v.pos limit most
  ) e on true
  order by e.pos;
end $$;

-- The events of some topics behind one position and up to another.
create function :schema.live_replay(after bigint, upto bigint, topics text[])
returns table (pos bigint, published_at timestamptz, topic text, message json) language plpgsql
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
begin
  return query
  select e.pos, e.published_at, e.topic, e.message from :schema.live_event e
  where e.pos > after and e.pos <= upto and e.topic = any (topics)
  order by e.pos;
end $$;

-- The highest position given so far.
create function :schema.live_last() returns bigint language sql as $$
  select greatest(forgotten, (select max(pos) from :schema.live_event)) from :schema.live_state
$$;
