import { setTimeout as pause } from 'node:timers/promises'
import { type Cluster, databaseUser, makeCluster, passwordFile, readPassword } from './cluster.ts'
import { codeOf, PostgresError } from './errors.ts'
import { launch } from './launch.ts'
import { findPostmaster, type Postmaster } from './postmaster-file.ts'
import { enter, type Presence } from './presence.ts'
import type { PostgresOptions } from './start.ts'

/** A program on a running server. */
export interface Stay {
  server: Postmaster
  presence: Presence
  url: string
  adopted: boolean
}

/** Finds the server of the folder, or makes and starts it, and enters it. */
export async function join(cluster: Cluster, options: PostgresOptions, port: number | null): Promise<Stay> {
  const settings = options.settings ?? {}
  for (let adopted = true; ; await pause(20)) {
    await makeCluster(cluster, settings.fsync !== 'off')
    let server = await findPostmaster(cluster.data)
    if (!server) {
      server = await launch(cluster, { port, dieWithParent: options.dieWithParent ?? false, settings })
      adopted = server === null
    }
    if (server?.state !== 'ready') continue
    const url = `postgres://${databaseUser}:${await readPassword(cluster.data)}@127.0.0.1:${server.port}/factotum`
    const presence = await enter(url).catch((error: unknown) => {
      if (codeOf(error) !== '28P01') throw error
      throw new PostgresError('password-lost', { folder: cluster.folder, file: passwordFile(cluster.data) })
    })
    if (presence) return { server, presence, url, adopted }
  }
}
