-- What is set other than by default. A change locks the table against other changes, never against readers.

create table :schema.setting (
  config_name text primary key,
  value jsonb not null,
  version bigint not null check (version > 0),  -- of the change that set it; grows by one with each change
  changed_by text,                              -- an account's id; null: the program, for whoever edited a file
  changed_at timestamptz not null default clock_timestamp()
);

-- Why a machine's user-config.json is not in force. Each of its processes says so again while it is; else it is old.
create table :schema.setting_file (
  machine text not null,
  path text not null,
  problem text not null,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (machine, path)
);
