-- One row a file that was handed in. It outlives its data: a removed file keeps its line in the table.
create table :schema.file (
  id bigint generated always as identity primary key,
  name text not null,
  size bigint not null,
  sha256 text not null,
  storage_key text unique,                  -- null once the stored data is given up
  survey jsonb not null,                    -- what the bytes told on their way in
  status text not null default 'Waiting' check (status in ('Waiting', 'Processing', 'Ok', 'Error', 'Canceled', 'Removed')),
  run integer not null default 1,           -- raised by each request to process
  attempt integer not null default 0,       -- raised by each start of a worker: whoever wrote before is fenced
  job_id text,
  settings jsonb not null default '{}',     -- what a person set instead of what is sniffed
  progress real not null default 0,         -- share of the bytes read
  error text,                               -- the sentence of status Error
  summary jsonb,                            -- the report without its columns
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null default now()
);

create index file_unfinished on :schema.file (id) where status in ('Waiting', 'Processing');

-- The report's columns, one row each: a file may have 20,000, and a page shows a few.
create table :schema.file_column (
  file_id bigint not null references :schema.file on delete cascade,
  position integer not null,
  profile jsonb not null,
  primary key (file_id, position)
);
