-- Calls that are counted, by all processes; the columns are rate-limiter-flexible's. Unlogged: a count is not worth
-- writing twice, and a crash of the server begins it anew.
create unlogged table :schema.call_limit (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index call_limit_by_expiry on :schema.call_limit (expire);
