import type { Pool } from 'pg'

/** Answers whether there was one. */
export async function deleteSchedule(pool: Pool, schema: string, name: string): Promise<boolean> {
  const { rowCount } = await pool.query(`delete from ${schema}.schedule where name = $1`, [name])
  return rowCount === 1
}
