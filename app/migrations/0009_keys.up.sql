-- Keys of programs. The table that better-auth would have wanted was never written to.
drop table :schema.api_key;

create table :schema.api_key (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references :schema.account on delete cascade, -- whose rights it has at most
  name text not null check (length(name) between 1 and 200),
  start text not null unique,                 -- its first part, which is no secret: by it the row is found
  hash bytea not null check (length(hash) = 32), -- SHA-256 of the whole key
  scopes text[] not null check (cardinality(scopes) > 0),
  hourly_limit integer check (hourly_limit > 0), -- null: what the settings say
  daily_limit integer check (daily_limit > 0),
  created_by uuid references :schema.account on delete set null, -- null: a command made it
  created_at timestamptz not null default now(),
  expires_at timestamptz,                     -- null: good until it is revoked
  last_used_at timestamptz,                   -- to the minute
  revoked_at timestamptz
);

create index api_key_account on :schema.api_key (account_id);
