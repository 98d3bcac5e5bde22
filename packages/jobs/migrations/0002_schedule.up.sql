-- Rules in time that enqueue a job at each fire.
create table :schema.schedule (
  name text collate "C" primary key,
  head jsonb not null,                   -- all of the job but its arguments and time, as `enqueue` takes it
  args jsonb not null,
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'once', 'all')),
  missed_window_ms bigint not null,      -- how far back 'all' reaches
  next_at timestamptz,                   -- the first fire that was not made yet; null where none comes
  last_at timestamptz,                   -- the last fire that was made, by the time it was meant for
  created_at timestamptz not null default now()
);

create index schedule_next on :schema.schedule (next_at);
