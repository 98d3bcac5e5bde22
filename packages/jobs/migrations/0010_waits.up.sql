-- How long jobs had waited for their start, by the minute in which they finished. Taken from a sample of history, so that it
-- costs no job anything. docs/decisions/0125 tells why.
create table :schema.wait (
  minute timestamptz primary key,
  jobs integer not null,                 -- in the sample
  p50 real not null,                     -- seconds
  p95 real not null
);

-- The first page of a day's finished jobs whose first job ended at this time or later; past the end where none did.
-- Found by halving: nothing is deleted from `done`, so its pages fill in the order of time, but for the few that are being
-- filled at the same moment.
create function :schema.page_from(p_day regclass, p_at timestamptz) returns bigint
language plpgsql
set enable_seqscan = off                 -- what remains is a scan that begins at a page
set jit = off
as $$
declare
  v_low bigint := 0;
  v_high bigint := pg_relation_size(p_day) / current_setting('block_size')::integer;
  v_middle bigint;
  v_ended timestamptz;
begin
  while v_low < v_high loop
    v_middle := (v_low + v_high) / 2;
    -- Of a page without rows the next one answers.
    execute format('select ended_at from %s where ctid >= $1 limit 1', p_day)
    into v_ended using format('(%s,0)', v_middle)::tid;
    if v_ended < p_at then v_low := v_middle + 1; else v_high := v_middle; end if;
  end loop;
  return v_low;
end
$$;

-- Keeps the waits of a minute that is past, of the jobs on up to p_pages pages of history, spread over the minute evenly.
-- Looked at are jobs that finished at their first run and were not put off before: only of those does history know when
-- they became due.
create function :schema.sample_waits(p_minute timestamptz, p_pages integer) returns void
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $$
declare
  c_apart constant integer := 16;        -- pages that may be filled at the same moment
  v_day regclass := to_regclass(':schema.done_' || to_char(p_minute at time zone 'UTC', 'YYYYMMDD'));
  v_from bigint;
  v_pages bigint;
begin
  if v_day is null then return; end if;  -- its history is gone
  v_from := greatest(:schema.page_from(v_day, p_minute) - c_apart, 0);
  v_pages := :schema.page_from(v_day, p_minute + interval '1 minute') + c_apart - v_from;
  execute format($sample$
    insert into :schema.wait (minute, jobs, p50, p95)
    select $1, w.jobs, w.parts[1], w.parts[2] from (
      select count(*) as jobs, percentile_cont(array[0.5, 0.95]) within group (
        order by greatest(extract(epoch from d.started_at - greatest(d.run_at, d.created_at))::float8, 0)) as parts
      from (
        select $3 + floor((n + random()) * $4 / least($2, $4))::bigint as page from generate_series(0, least($2, $4) - 1) n
      ) chosen, lateral (
        select * from %s
        where ctid >= format('(%%s,0)', page)::tid and ctid < format('(%%s,0)', page + 1)::tid
        offset 0
      ) d
      where d.ended_at >= $1 and d.ended_at < $1 + interval '1 minute' and d.state = 10
        and d.deaths = 0 and d.failures is null and d.started_at is not null
        and not exists (select from :schema.dependency c where c.child = d.id)
    ) w
    where w.jobs > 0
    on conflict (minute) do nothing
  $sample$, v_day) using p_minute, p_pages, v_from, v_pages;
end
$$;
