drop table :schema.api_key;

create table :schema.api_key (
  id uuid primary key default gen_random_uuid(),
  config_id text not null default 'default',
  account_id uuid not null references :schema.account on delete cascade,
  name text,
  start text,
  prefix text,
  key text not null unique,                   -- hashed
  refill_interval bigint,
  refill_amount integer,
  last_refill_at timestamptz,
  enabled boolean not null default true,
  rate_limit_enabled boolean not null default true,
  rate_limit_time_window bigint default 86400000,
  rate_limit_max integer default 10,
  request_count integer not null default 0,
  remaining integer,
  last_request timestamptz,
  expires_at timestamptz,
  permissions text,
  metadata text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index api_key_account on :schema.api_key (account_id);
