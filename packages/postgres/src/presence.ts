import pg from 'pg'
import { codeOf } from './errors.ts'

/** The lock that every program on a server holds. */
const lock = 7_221_861_504_311

/** A program's stay on a server: a connection that holds a shared lock, so that the last to leave knows. */
export interface Presence {
  /** Resolves when the connection ends without `leave`. */
  lost: Promise<void>
  /** Gives up the lock. True when nobody else is there: then nobody can come in until `end`. */
  leave(): Promise<boolean>
  end(): Promise<void>
}

/** Connects and takes the lock. Null when the server is on its way out or not up yet: try again. */
export async function enter(url: string): Promise<Presence | null> {
  const client = await connect(url)
  if (!client) return null
  let over = () => {}
  const lost = new Promise<void>((resolve) => (over = resolve))
  client.on('error', over)
  client.on('end', over)
  try {
    await client.query('select pg_advisory_lock_shared($1)', [lock])
  } catch {
    // Another program held it alone, to stop the server, and has done so.
    await client.end().catch(() => undefined)
    return null
  }
  const leave = async () => {
    try {
      await client.query('select pg_advisory_unlock_shared($1)', [lock])
      const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [
        lock,
      ])
      return rows[0]?.alone ?? false
    } catch {
      return false
    }
  }
  return { lost, leave, end: () => client.end().catch(() => undefined) }
}

/** Makes the programs' database on a new server. */
async function connect(url: string): Promise<pg.Client | null> {
  try {
    return await open(url)
  } catch (error) {
    if (isPassing(error)) return null
    if (codeOf(error) !== '3D000') throw error
    await createDatabase(url)
    return connect(url)
  }
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'factotum presence',
    keepAlive: true,
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
  const { pathname } = new URL(url)
  const client = await open(new URL('/postgres', url).href)
  try {
    await client.query(`create database ${client.escapeIdentifier(pathname.slice(1))}`)
  } catch (error) {
    // 42P04, 23505: another program has made it meanwhile.
    if (codeOf(error) !== '42P04' && codeOf(error) !== '23505') throw error
  } finally {
    await client.end()
  }
}

/** Starting up, stopping, gone, full: worth another look. */
function isPassing(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  if (['57P01', '57P02', '57P03', '53300', 'ECONNREFUSED', 'ECONNRESET'].includes(code)) return true
  return error instanceof Error && error.message.includes('Connection terminated')
}
