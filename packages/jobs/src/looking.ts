import type pg from 'pg'
import type { Database } from './database.ts'

/**
 * A snapshot in which jobs are found, counted and looked up: one that moves into history meanwhile is seen once. The plans
 * do not depend on statistics, which may be of a time when a table was empty.
 */
export async function looking<T>(
  database: Database,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  return database.transaction(async (client) => {
    await client.query(
      `set transaction isolation level repeatable read, read only; set local jit = off;
       set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off`,
    )
    return work(client)
  })
}
