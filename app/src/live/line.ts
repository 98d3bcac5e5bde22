import pg from 'pg'
import { identifier } from './names.ts'

/** One connection outside the pool, for what belongs to a session: LISTEN, and advisory locks. */
export interface Line {
  client: pg.Client
  /** Aborted when the connection is lost. */
  lost: AbortSignal
  /** Calls `heard` for each notification on the channel. */
  listen(channel: string, heard: () => void): Promise<void>
  /** Ends the connection, also in the middle of a query; never fails. */
  close(): Promise<void>
}

/** Without these a machine that vanished would hold its session, and its locks, for hours. */
const keepAlive = `select
  set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
  set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '15000', false)`

/** A position that readers saw must not be given again after a crash of the server. */
const durable = `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`

export async function openLine(url: string, name: string): Promise<Line> {
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  })
  const lost = new AbortController()
  client.on('error', (error) => lost.abort(error))
  client.on('end', () => lost.abort(new Error('The connection to the database ended.')))
  await client.connect()
  try {
    await client.query(keepAlive)
    await client.query(durable)
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    client,
    lost: lost.signal,
    async listen(channel, heard) {
      client.on('notification', (message) => {
        if (message.channel === channel) heard()
      })
      await client.query(`listen ${identifier(channel)}`)
    },
    close: () => client.end().catch(() => {}),
  }
}
