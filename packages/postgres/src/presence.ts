import pg from 'pg'
import { codeOf } from './errors.ts'

/** The lock that every program on a server holds. */
const lock = 7_221_861_504_311

/** A program's stay on a server: a connection that holds a shared lock, so that the last to leave knows. */
export interface Presence {
  /** Resolves when the connection ends without `leave`. */
  lost: Promise<void>
  /**
   * Gives up the lock. `alone` when nobody else is there: then nobody can come in until `end`. `lost` when the
   * connection is broken.
   */
  leave(): Promise<'alone' | 'shared' | 'lost'>
  end(): Promise<void>
}

/** Connects and takes the lock. Fails with an error that `isPassing` knows when the server is on its way out. */
export async function enter(url: string): Promise<Presence> {
  const client = await connect(url)
  let over = () => {}
  const lost = new Promise<void>((resolve) => (over = resolve))
  client.on('error', over)
  client.on('end', over)
  const end = () => client.end().catch(() => undefined)
  try {
    // Another program may hold it alone, to stop the server: then this fails.
    await client.query('select pg_advisory_lock_shared($1)', [lock])
  } catch (error) {
    await end()
    throw error
  }
  const leave = async () => {
    try {
      await client.query('select pg_advisory_unlock_shared($1)', [lock])
      const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [
        lock,
      ])
      return rows[0]?.alone ? 'alone' : 'shared'
    } catch {
      return 'lost'
    }
  }
  return { lost, leave, end }
}

/** Stopping, crashed, starting, full; the database not made yet. */
const passing = ['57P01', '57P02', '57P03', '53300', '3D000']

/** Worth another look: one of these answers, or no answer at all. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || passing.includes(error.code ?? '')
}

/** A new server has no database for the programs yet. */
async function connect(url: string): Promise<pg.Client> {
  try {
    return await open(url)
  } catch (error) {
    if (codeOf(error) !== '3D000') throw error
    await createDatabase(url)
    return open(url)
  }
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'factotum presence',
    // Over a PGOPTIONS of the environment, which may hold anything.
    options: '-c statement_timeout=0 -c lock_timeout=0',
    keepAlive: true,
    connectionTimeoutMillis: 30_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

async function createDatabase(url: string): Promise<void> {
  const server = new URL(url)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  const client = await open(server.href)
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`)
  } catch (error) {
    // Another program makes it at this moment, or has made it.
    if (!['42P04', '23505', '55006'].includes(codeOf(error) ?? '')) throw error
  } finally {
    await client.end()
  }
}
