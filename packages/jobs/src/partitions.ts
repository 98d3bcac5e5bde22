import type { ClientBase } from 'pg'

/** What is kept in a partition a day (UTC). */
export const partitioned = ['done', 'failed', 'log'] as const
export type Partitioned = (typeof partitioned)[number]

/** Partitions are made so many days ahead. */
export const daysAhead = 7

export interface Partition {
  table: Partitioned
  name: string
  /** False where a drop was cut off after its detaching. */
  attached: boolean
  /** A detaching was cut off in the middle: it must be finished, not begun again. */
  detaching: boolean
}

/**
 * Makes the partitions of today and the days ahead that are missing. Safe beside itself and beside readers: made as
 * tables and then attached, as `create table … partition of` would wait for every reader, and all endings for it.
 */
export async function makePartitions(client: ClientBase, schema: string): Promise<void> {
  const { today, partitions } = await readPartitions(client, schema)
  const there = new Set(partitions.map(({ name }) => name))
  for (const table of partitioned) {
    for (let day = 0; day <= daysAhead; day++) {
      const from = plusDays(today, day)
      if (!there.has(nameOf(table, from))) await make(client, schema, table, from)
    }
  }
}

/** @param client anything that sends SQL */
export async function readPartitions(
  client: Pick<ClientBase, 'query'>,
  schema: string,
): Promise<{ today: string; partitions: Partition[] }> {
  const { rows } = await client.query<{ today: string; partitions: Partition[] }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today,
       coalesce((select json_agg(json_build_object('table', split_part(c.relname, '_', 1), 'name', c.relname,
           'attached', i.inhrelid is not null, 'detaching', coalesce(i.inhdetachpending, false)) order by c.relname)
         from pg_class c left join pg_inherits i on i.inhrelid = c.oid
         where c.relnamespace = to_regnamespace($1) and c.relkind = 'r' and c.relname ~ $2), '[]') as partitions`,
    [schema, `^(${partitioned.join('|')})_[0-9]{8}$`],
  )
  const [row] = rows
  if (!row) throw new Error('The database did not tell its date.')
  return row
}

async function make(client: ClientBase, schema: string, table: Partitioned, from: string): Promise<void> {
  const name = nameOf(table, from)
  await client.query('begin')
  try {
    // One at a time: two that make the same table would wait for each other and then fail.
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`partition:${schema}`])
    const { rows } = await client.query('select from pg_inherits where inhrelid = to_regclass($1)', [
      `${schema}.${name}`,
    ])
    if (rows.length === 0) {
      // The strongest lock first: a detaching that waits for readers would else wait for us, and we for it.
      await client.query(`lock table only ${schema}.${table} in share update exclusive mode`)
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

export const nameOf = (table: Partitioned, day: string) => `${table}_${day.replaceAll('-', '')}`

export function plusDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
