-- People and programs, and how they show who they are. The tables are better-auth's but for sign_in_link and
-- sign_in_limit; what it calls user, account, twoFactor and apikey is here account, credential, two_factor and api_key.
create table :schema.account (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  role text check (role in ('admin', 'operator', 'operator_manager', 'specialist', 'staff')), -- null: no rights yet
  service boolean not null default false,     -- a program's: it has keys, and nobody signs in to it
  joined_at timestamptz default now(),        -- null: invited, and not come yet
  deactivated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table :schema.session (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references :schema.account on delete cascade,
  token text not null unique,                 -- the cookie also has its signature, made with SECRET_KEY
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index session_account on :schema.session (account_id);

-- A password, or an account elsewhere that signs in here.
create table :schema.credential (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references :schema.account on delete cascade,
  provider_id text not null,                  -- 'credential' for a password
  provider_account_id text not null,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, provider_account_id)
);

create index credential_account on :schema.credential (account_id);

-- Challenges of passkeys and of the second factor, for minutes; the identifier is hashed.
create table :schema.verification (
  id uuid primary key default gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index verification_identifier on :schema.verification (identifier);

-- An authenticator app; both texts are encrypted with SECRET_KEY.
create table :schema.two_factor (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null unique references :schema.account on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default true,
  failed_verification_count integer not null default 0,
  locked_until timestamptz
);

create table :schema.passkey (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references :schema.account on delete cascade,
  name text,
  public_key text not null,
  credential_id text not null unique,
  counter bigint not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz default now()
);

create index passkey_account on :schema.passkey (account_id);

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

-- Links that are good once: whoever takes one deletes its row.
create table :schema.sign_in_link (
  token_hash bytea primary key,               -- SHA-256 of 32 random bytes
  purpose text not null check (purpose in ('first_administrator', 'sign_in', 'invitation', 'password')),
  account_id uuid references :schema.account on delete cascade,
  created_by uuid references :schema.account on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  check ((account_id is null) = (purpose = 'first_administrator'))
);

create index sign_in_link_account on :schema.sign_in_link (account_id);

-- Attempts to sign in, counted by all processes; the columns are rate-limiter-flexible's.
create table :schema.sign_in_limit (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint                               -- milliseconds since 1970
);
