-- Rules in time that enqueue a job at each fire.
create table :schema.schedule (
  name text collate "C" primary key,
  head jsonb not null,                   -- all of the job but its arguments and time, as `enqueue` takes it
  args jsonb not null,
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'once', 'all')),
  missed_window_ms bigint not null,      -- how far back 'all' reaches
  overlap text not null check (overlap in ('skip', 'allow', 'cancelPrevious')),
  paused boolean not null default false,
  next_at timestamptz,                   -- the first fire that was not made yet; null where none comes, and while paused
  last_at timestamptz,                   -- the last fire that was made, by the time it was meant for
  last_made_at timestamptz,              -- when it was made
  runs bigint[] not null default '{}',   -- its jobs that may not have ended, oldest first; the last job stays
  missed_runs bigint not null default 0, -- fires that nobody was there to make, and nobody makes up for
  skipped_runs bigint not null default 0,-- fires that were left out because of `overlap`
  created_at timestamptz not null default now()
);

create index schedule_next on :schema.schedule (next_at);
