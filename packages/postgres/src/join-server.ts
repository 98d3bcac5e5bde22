import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Cluster, databaseUser, passwordFile, readPassword } from './cluster.ts'
import { codeOf, PostgresError } from './errors.ts'
import { launch } from './launch.ts'
import { makeCluster } from './make-cluster.ts'
import { findPostmaster, type Postmaster } from './postmaster-file.ts'
import { enter, isPassing, type Presence } from './presence.ts'
import type { PostgresOptions } from './start.ts'

/** A program on a running server. */
export interface Stay {
  server: Postmaster
  presence: Presence
  url: string
  /** False when this program started the server. */
  adopted: boolean
}

/** For how long troubles that may pass are left to pass. A server that recovers may take longer. */
const patience = 60_000

/**
 * Finds the server of the folder, or makes and starts it, and enters it. There is no lock over all this:
 * each step is safe beside another program that does the same, and what one has done the other finds.
 *
 * @param mayMake false where a database must be there: an empty one is no substitute for one that has gone
 */
export async function joinServer(
  cluster: Cluster,
  options: PostgresOptions,
  port: number | null,
  mayMake: boolean,
): Promise<Stay> {
  const { settings = {}, dieWithParent = false, log = () => undefined } = options
  let started: Postmaster | null = null
  for (let since = Date.now(); ; await pause(20)) {
    if (mayMake) await makeCluster(cluster, settings.fsync !== 'off')
    const patient = Date.now() - since < patience
    let server = await findPostmaster(cluster.data)
    if (!server) server = started = await launch(cluster, { port, dieWithParent, settings, patient, log })
    if (server?.state === 'starting') since = Date.now()
    if (server?.state !== 'ready') continue
    const url = await urlOf(cluster, server)
    try {
      return { server, url, presence: await enter(url), adopted: server.pid !== started?.pid }
    } catch (error) {
      if (!patient || !isPassing(error)) throw refusal(cluster, error)
    }
  }
}

async function urlOf(cluster: Cluster, { port }: Postmaster): Promise<string> {
  const password = await readPassword(cluster.data)
  if (password === '') throw passwordLost(cluster)
  // A PGSSLMODE of the environment is for other servers.
  return `postgres://${databaseUser}:${password}@127.0.0.1:${port}/factotum?sslmode=disable`
}

function refusal(cluster: Cluster, error: unknown): PostgresError {
  if (codeOf(error) === '28P01') return passwordLost(cluster)
  const said = error instanceof Error ? error.message : String(error)
  return new PostgresError(
    'start-failed',
    { folder: cluster.folder, log: join(cluster.folder, 'server.log') },
    said,
  )
}

function passwordLost({ folder, data }: Cluster): PostgresError {
  return new PostgresError('password-lost', { folder, file: passwordFile(data) })
}
