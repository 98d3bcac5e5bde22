import type { TestDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { createEventLog, type EventLog, type EventLogOptions } from '../event-log.ts'
import { eventlogDatabase } from './eventlog-database.ts'
import { caseEvents, rejectCase } from './sample-events.ts'

export const secret = 'a secret that only this test knows, 1234'

/** An event log on a database of its own, with the sample events. */
export interface Lab {
  test: TestDatabase
  pool: pg.Pool
  log: EventLog
  /** Another log on the same database: of another process, with another clock or key. */
  another(options?: Partial<EventLogOptions>): EventLog
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  /** As somebody who goes behind the program's back: a superuser with the triggers off. */
  tamper(sql: string, values?: unknown[]): Promise<number>
  stop(): Promise<void>
}

export async function lab(options: Partial<EventLogOptions> = {}): Promise<Lab> {
  const test = await eventlogDatabase()
  const pool = new pg.Pool({ connectionString: test.url, max: 20 })
  const another = (more: Partial<EventLogOptions> = {}) => {
    const log = createEventLog({ pool, secret, zone: () => 'Europe/London', ...options, ...more })
    log.registry.register('sample-events.ts', [rejectCase, caseEvents])
    return log
  }
  return {
    test,
    pool,
    log: another(),
    another,
    transaction: (work) => transaction(pool, work),
    tamper: (sql, values = []) =>
      transaction(pool, async (client) => {
        for (const table of ['event', 'event_head', 'event_export'])
          await client.query(`alter table factotum.${table} disable trigger user`)
        const { rowCount } = await client.query(sql, values)
        for (const table of ['event', 'event_head', 'event_export'])
          await client.query(`alter table factotum.${table} enable trigger user`)
        return rowCount ?? 0
      }),
    async stop() {
      await pool.end()
      await test.drop()
    },
  }
}

async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}
