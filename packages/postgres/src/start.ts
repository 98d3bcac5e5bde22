import { resolve } from 'node:path'
import { accountFor } from './account.ts'
import { runnableBinaries } from './binaries.ts'
import type { Cluster } from './cluster.ts'
import { openFolder } from './folder.ts'
import { joinServer } from './join-server.ts'
import { keep } from './keep.ts'

export interface PostgresOptions {
  /** Where the database lives; made when it is missing. */
  folder: string
  /** Port on 127.0.0.1. Default: a free one. A server that already runs keeps the port it has. */
  port?: number
  /** The server ends when this process ends, however it ends. For tests; the thread that calls must live on. */
  dieWithParent?: boolean
  /** Settings of PostgreSQL over the defaults, such as `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>
  /** Told what happens: a start, a server found, a server brought back. */
  log?: (message: string) => void
  /** Called once when a server that went away could not be brought back. */
  onLost?: (error: unknown) => void
}

/** A server that takes connections, shared with every other program on the same folder. */
export interface Postgres {
  /** Connection string of a superuser on a database of the programs' own. It stays the same while this runs. */
  readonly url: string
  readonly port: number
  /** Process id of the server; another one after it was brought back. */
  readonly pid: number
  /** True when the server was already running. */
  readonly adopted: boolean
  /** Leaves the server; the last program to leave stops it. Close your own connections first. */
  stop(): Promise<void>
}

/**
 * Makes a PostgreSQL server in a folder, or starts it, or joins the one that runs there. A server that is
 * killed meanwhile is brought back on the same port, recovered.
 *
 * @throws {PostgresError} with a `code` and a sentence that says what to do
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const folder = resolve(options.folder)
  const data = resolve(folder, 'data')
  await openFolder(folder)
  const account = await accountFor(data)
  const cluster: Cluster = { folder, data, account, programs: await runnableBinaries(account) }
  const log = options.log ?? (() => undefined)
  const first = await joinServer(cluster, options, options.port ?? null, true)
  log(`${first.adopted ? 'found a running' : 'started the'} PostgreSQL server on port ${first.server.port}`)
  return keep(cluster, options, first)
}
