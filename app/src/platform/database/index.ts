import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Logger } from 'pino'

export interface Transaction {
  client: pg.PoolClient
  db: NodePgDatabase
}

/** The program's way to its database. Anything written through `transaction` is written wholly or not at all. */
export interface Database {
  url: string
  pool: pg.Pool
  db: NodePgDatabase
  /**
   * Runs `work` in one transaction and answers what it answers; its rejection takes all back.
   *
   * @throws Error also when `work` swallowed a failed statement: PostgreSQL has then taken all back
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** A database whose pool is this caller's to close. */
export interface OpenDatabase extends Database {
  close(): Promise<void>
}

export interface ConnectOptions {
  /** Connections at most; default 10. */
  connections?: number
  log?: Pick<Logger, 'warn'>
}

/** Makes the pool. Connects with the first query. */
export function connect(url: string, { connections = 10, log }: ConnectOptions = {}): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    application_name: 'factotum',
  })
  // Without listeners, the loss of a connection would end the process: of an idle one on the pool,
  // of one that is lent out and between two queries on the client.
  const lost = (error: Error) => log?.warn({ err: error }, 'a database connection was lost')
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return {
    url,
    pool,
    db: drizzle(pool),
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    await client.query('begin')
    const result = await work({ client, db: drizzle(client) })
    // A commit after a failed statement succeeds by taking all back.
    const { command } = await client.query('commit')
    if (command === 'ROLLBACK')
      throw new Error('A statement of the transaction failed unnoticed: all was taken back.')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true
    })
    throw error
  } finally {
    client.release(broken)
  }
}
