import { join } from 'node:path'
import { startPostgres } from '@factotum/postgres'
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { connect, type OpenDatabase } from './index.ts'

/** The database of the settings: the server of `DATABASE_URL`, else one of the program's own in its home. */
export async function openDatabase({ databaseUrl, home }: Config, log: Logger): Promise<OpenDatabase> {
  if (databaseUrl !== null) return checked(connect(databaseUrl, { log }))
  const server = await startPostgres({
    folder: join(home, 'postgres'),
    log: (message) => log.debug(message),
    onLost: (error) => log.fatal({ err: error }, 'the database server is lost'),
  })
  const database = connect(server.url, { log })
  const close = async () => {
    await database.close()
    await server.stop()
  }
  return { ...database, close }
}

/** The oldest PostgreSQL whose SQL is used. */
const oldest = 14

async function checked(database: OpenDatabase): Promise<OpenDatabase> {
  try {
    const { rows } = await database.pool.query<{ version: string }>(
      "select current_setting('server_version_num') as version",
    )
    const version = Math.floor(Number(rows[0]?.version) / 10_000)
    if (version < oldest) throw new Error(`it is PostgreSQL ${version}; version ${oldest} or later is needed`)
    return database
  } catch (error) {
    await database.close()
    const reason = error instanceof Error ? error.message || String(error) : String(error)
    throw new Error(`The database of DATABASE_URL can't be used: ${reason}.`, { cause: error })
  }
}
