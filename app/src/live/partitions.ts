import type pg from 'pg'
import type { Names } from './names.ts'

/** Seconds in one partition. Changing it needs a migration: partitions must not overlap. */
const width = 600
/** Partitions made before they are needed. */
const ahead = 3
/** Seconds that events are kept at least. */
const kept = 3_600

/**
 * Makes the partitions of now and the next half hour, where missing. CREATE and ATTACH, because CREATE …
 * PARTITION OF would block every reader and the sequencer. `now`: seconds, default the database's clock.
 */
export async function makePartitions(client: pg.ClientBase, { schema }: Names, now?: number): Promise<void> {
  const first = Math.floor((now ?? (await clock(client))) / width)
  for (let slot = first; slot <= first + ahead; slot++) {
    const table = `${schema}.live_event_${slot}`
    const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      table,
    ])
    if (rows[0]?.there) continue
    // Several statements in one query are one transaction.
    await client.query(`
      select pg_advisory_xact_lock(hashtext('${table}'));
      create table if not exists ${table} (like ${schema}.live_event including all);
      do $$ begin
        if not (select relispartition from pg_class where oid = '${table}'::regclass) then
          alter table ${schema}.live_event attach partition ${table}
            for values from (to_timestamp(${slot * width})) to (to_timestamp(${(slot + 1) * width}));
        end if;
      end $$`)
  }
}

/**
 * Drops the partitions whose events are older than `kept`. DETACH CONCURRENTLY first: a plain DROP would
 * wait for readers, and all others behind it. Each step can be the last before a crash: the next call goes on.
 */
export async function dropPartitions(client: pg.ClientBase, names: Names, now?: number): Promise<string[]> {
  const end = (now ?? (await clock(client))) - kept
  const old = (await partitions(client, names)).filter(({ slot }) => (slot + 1) * width <= end)
  for (const { name, state } of old) {
    const table = `${names.schema}.${name}`
    // Before any of it is gone: readers trust an answer without events only if this says so.
    await client.query(`update ${names.schema}.live_state
      set forgotten = greatest(forgotten, (select max(pos) from ${table}))`)
    const event = `alter table ${names.schema}.live_event`
    if (state === 'attached') await client.query(`${event} detach partition ${table} concurrently`)
    if (state === 'detaching') await client.query(`${event} detach partition ${table} finalize`)
    await client.query(`drop table ${table}`)
  }
  return old.map(({ name }) => name)
}

interface Partition {
  name: string
  slot: number
  state: 'attached' | 'detaching' | 'detached'
}

/** Those that are being detached first, since only one at a time can be. */
async function partitions(client: pg.ClientBase, { schema }: Names): Promise<Partition[]> {
  const { rows } = await client.query<Partition>(
    `select c.relname as name, substring(c.relname from '\\d+$')::int as slot,
       case when i.inhdetachpending then 'detaching' when i.inhrelid is not null then 'attached' else 'detached' end as state
     from pg_class c left join pg_inherits i on i.inhrelid = c.oid
     where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname ~ '^live_event_\\d+$'
     order by i.inhdetachpending desc nulls last, 2`,
    [schema],
  )
  return rows
}

async function clock(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ now: string }>('select extract(epoch from now()) as now')
  return Number(rows[0]?.now)
}
