import type { Pool } from 'pg'

/** Milliseconds until the next fire of any schedule, on the database's clock; null where none comes. */
export async function millisecondsToNextFire(
  pool: Pool,
  schema: string,
  except: string[],
): Promise<number | null> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `select (extract(epoch from min(next_at) - clock_timestamp()) * 1000)::float8 as ms
     from ${schema}.schedule
     where name <> all ($1::text[])`,
    [except],
  )
  return rows[0]?.ms ?? null
}
