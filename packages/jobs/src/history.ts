import type { ClientBase } from 'pg'

/** Partitions are made so many days ahead. */
const ahead = 7

/** What is kept in a partition a day, and for how many days after the day has passed. */
const kept = [
  { table: 'done', days: 7 },
  { table: 'failed', days: 30 },
  { table: 'log', days: 31 },
] as const

interface Partition {
  table: string
  name: string
  /** False where a drop was cut off after its detaching. */
  attached: boolean
  /** A detaching was cut off in the middle: it must be finished, not begun again. */
  detaching: boolean
}

/**
 * Makes the partitions that history will need, and drops those past their time. Safe beside itself and beside readers:
 * a partition is attached, and detached concurrently, so that no completion waits for a reader.
 */
export async function keepPartitions(client: ClientBase, schema: string): Promise<void> {
  const { today, partitions } = await state(client, schema)
  for (const { table, days } of kept) {
    const there = new Set(partitions.filter((p) => p.table === table).map((p) => p.name))
    for (let day = 0; day <= ahead; day++) {
      const from = plusDays(today, day)
      if (!there.has(nameOf(table, from))) await make(client, schema, table, from)
    }
    const oldest = nameOf(table, plusDays(today, -days))
    for (const partition of partitions) {
      if (partition.table === table && (partition.name < oldest || partition.detaching)) {
        await drop(client, schema, partition)
      }
    }
  }
}

/** Makes the partitions of today and the days ahead alone: the cure for 23514, whoever meets it first. */
export async function makePartitions(client: ClientBase, schema: string): Promise<void> {
  const { today, partitions } = await state(client, schema)
  const there = new Set(partitions.map((p) => p.name))
  for (const { table } of kept) {
    for (let day = 0; day <= ahead; day++) {
      const from = plusDays(today, day)
      if (!there.has(nameOf(table, from))) await make(client, schema, table, from)
    }
  }
}

async function state(
  client: ClientBase,
  schema: string,
): Promise<{ today: string; partitions: Partition[] }> {
  const { rows } = await client.query<{ today: string; partitions: Partition[] }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today,
       coalesce((select json_agg(json_build_object('table', split_part(c.relname, '_', 1), 'name', c.relname,
           'attached', i.inhrelid is not null, 'detaching', coalesce(i.inhdetachpending, false)) order by c.relname)
         from pg_class c left join pg_inherits i on i.inhrelid = c.oid
         where c.relnamespace = to_regnamespace($1) and c.relkind = 'r' and c.relname ~ $2), '[]') as partitions`,
    [schema, `^(${kept.map(({ table }) => table).join('|')})_[0-9]{8}$`],
  )
  const [row] = rows
  if (!row) throw new Error('The database did not tell its date.')
  return row
}

async function make(client: ClientBase, schema: string, table: string, from: string): Promise<void> {
  const name = nameOf(table, from)
  await client.query('begin')
  try {
    // One at a time: two that make the same table would wait for each other and then fail.
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`partition:${schema}`])
    const { rows } = await client.query('select from pg_inherits where inhrelid = to_regclass($1)', [
      `${schema}.${name}`,
    ])
    if (rows.length === 0) {
      await client.query(
        `create table if not exists ${schema}.${name} (like ${schema}.${table} including defaults including constraints)`,
      )
      await client.query(
        `alter table ${schema}.${table} attach partition ${schema}.${name}
         for values from ('${from} 00:00+00') to ('${plusDays(from, 1)} 00:00+00')`,
      )
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function drop(
  client: ClientBase,
  schema: string,
  { table, name, attached, detaching }: Partition,
): Promise<void> {
  const { rows } = await client.query<{ mine: boolean }>(
    'select pg_try_advisory_lock(hashtext($1)) as mine',
    [`drop partition:${schema}`],
  )
  if (!rows[0]?.mine) return
  try {
    if (attached) {
      const how = detaching ? 'finalize' : 'concurrently'
      await client.query(`alter table ${schema}.${table} detach partition ${schema}.${name} ${how}`)
    }
    if (table !== 'log') {
      await client.query(
        `delete from ${schema}.argument a using ${schema}.${name} p where p.args_ref is not null and a.id = p.args_ref`,
      )
    }
    await client.query(`drop table ${schema}.${name}`)
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [`drop partition:${schema}`])
  }
}

const nameOf = (table: string, day: string) => `${table}_${day.replaceAll('-', '')}`

function plusDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
