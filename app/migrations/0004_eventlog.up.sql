-- The event log: rows that are only added, each proved by a mac over itself and the mac before it in its subject.
-- The key of the macs never comes here. See docs/events.md.

create table :schema.event (
  id bigint generated always as identity primary key,
  subject_kind text not null,
  subject_id text not null,
  place bigint not null check (place > 0),  -- 1, 2, 3 … within the subject
  key text not null,
  code text not null,
  type text not null check (type in ('outcome', 'system', 'event')),
  level smallint not null check (level > 0),
  timer text,
  -- What may be about a person; erased, these are null. json, not jsonb: the digest is over the very text.
  notes text check (char_length(notes) <= 5000),
  context json,
  patch json,
  salt bytea,
  digest bytea not null,                    -- SHA-256 over salt, notes, context and patch
  created_by text,                          -- an account's id; null: the program
  created_at timestamptz not null,
  correlation_id text,
  erased_at timestamptz,
  mac bytea not null,
  unique (subject_kind, subject_id, place),
  check (case when erased_at is null then salt is not null and notes is not null
    else salt is null and notes is null and context is null and patch is null end)
);

create index event_latest_outcome on :schema.event (subject_kind, subject_id, place desc)
  where type = 'outcome' and level = 29;
create index event_by_kind on :schema.event (subject_kind, id);
create index event_by_key on :schema.event (key, id);
create index event_by_person on :schema.event (created_by, id);
create index event_by_correlation on :schema.event (correlation_id, id) where correlation_id is not null;

-- How far each subject's chain goes. Its row is also what writers of one subject wait for.
create table :schema.event_head (
  subject_kind text not null,
  subject_id text not null,
  count bigint not null default 0,
  mac bytea,
  exported bigint not null default 0,       -- the count that an export told last
  primary key (subject_kind, subject_id)
);
create index event_head_not_exported on :schema.event_head (subject_kind, subject_id) where exported <> count;

-- The files that were written with heads.
create table :schema.event_export (
  number integer primary key,
  heads bigint not null,
  mac text not null,
  created_at timestamptz not null default clock_timestamp()
);

-- A row's content may be erased, once, and nothing else about it ever changes.
create function :schema.event_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_table_name = 'event' then
    if old.erased_at is null and new.erased_at is not null then
      old.notes := null;
      old.context := null;
      old.patch := null;
      old.salt := null;
      old.erased_at := new.erased_at;
      if to_jsonb(new) = to_jsonb(old) then return new; end if;
    end if;
  end if;
  raise exception 'The event log is only added to: % of % is refused.', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

-- A head goes one place on at a time, and never back.
create function :schema.event_head_goes_on() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (new.subject_kind, new.subject_id) = (old.subject_kind, old.subject_id)
      and new.exported >= old.exported and new.exported <= new.count
      and (new.count = old.count + 1 or (new.count = old.count and new.mac is not distinct from old.mac))
    then return new; end if;
  end if;
  raise exception 'The event log is only added to: % of % is refused.', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create trigger event_stays before update or delete on :schema.event
  for each row execute function :schema.event_stays();
create trigger event_stays_whole before truncate on :schema.event
  for each statement execute function :schema.event_stays();
create trigger event_head_goes_on before update or delete on :schema.event_head
  for each row execute function :schema.event_head_goes_on();
create trigger event_head_stays before truncate on :schema.event_head
  for each statement execute function :schema.event_head_goes_on();
create trigger event_export_stays before update or delete on :schema.event_export
  for each row execute function :schema.event_stays();
create trigger event_export_stays_whole before truncate on :schema.event_export
  for each statement execute function :schema.event_stays();

-- Also for a session that plays a replica, which would skip other triggers.
alter table :schema.event enable always trigger event_stays;
alter table :schema.event enable always trigger event_stays_whole;
alter table :schema.event_head enable always trigger event_head_goes_on;
alter table :schema.event_head enable always trigger event_head_stays;
alter table :schema.event_export enable always trigger event_export_stays;
alter table :schema.event_export enable always trigger event_export_stays_whole;

-- Waits until the caller's transaction is the only one that writes about the subject; answers where its chain
-- stands, the outcome of level HIGH that it had last, and the time, all read after the wait.
create function :schema.event_lock(of_kind text, of_id text) returns table (
  last_place bigint, last_mac bytea, transaction_id text, locked_at text,
  latest_key text, latest_code text, latest_notes text, latest_at timestamptz
) language plpgsql as $$
begin
  insert into :schema.event_head (subject_kind, subject_id) values (of_kind, of_id) on conflict do nothing;
  select h.count, h.mac into last_place, last_mac from :schema.event_head h
  where h.subject_kind = of_kind and h.subject_id = of_id for update;
  select e.key, e.code, e.notes, e.created_at into latest_key, latest_code, latest_notes, latest_at
  from :schema.event e
  where e.subject_kind = of_kind and e.subject_id = of_id and e.type = 'outcome' and e.level = 29
  order by e.place desc limit 1;
  transaction_id := pg_current_xact_id()::text;
  locked_at := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  return next;
end $$;
