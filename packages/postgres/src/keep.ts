import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { PostgresError } from './errors.ts'
import { joinServer, type Stay } from './join-server.ts'
import { endOrphans } from './orphans.ts'
import { findPostmaster } from './postmaster-file.ts'
import { shutDown } from './shut-down.ts'
import type { Postgres, PostgresOptions } from './start.ts'

/** Times within a minute that a server is brought back; one that falls more often has a lasting trouble. */
const revivals = 5

/** Watches over a stay on a server: brings a server that went away back, and leaves in the end. */
export function keep(cluster: Cluster, options: PostgresOptions, first: Stay): Postgres {
  const log = options.log ?? (() => undefined)
  let stay = first
  let stopping: Promise<void> | undefined
  let reviving: Promise<void> = Promise.resolve()
  const recent: number[] = []

  const watch = async () => {
    await stay.presence.lost
    if (stopping) return
    reviving = revive()
    await reviving.then(watch, (error: unknown) => {
      log(error instanceof Error ? error.message : String(error))
      options.onLost?.(error)
    })
  }

  const revive = async () => {
    log('the PostgreSQL server went away; bringing it back')
    recent.push(Date.now())
    if (recent.filter((time) => time > Date.now() - 60_000).length > revivals) throw lost(cluster)
    stay = await rejoin(cluster, options, first.server.port).catch((error: unknown) => {
      throw lost(cluster, error)
    })
    log(`the PostgreSQL server is back on port ${stay.server.port}`)
  }

  const stop = async (): Promise<void> => {
    await reviving.catch(() => undefined)
    const left = await stay.presence.leave()
    if (left === 'alone') await shutDown(cluster, stay.server.pid)
    await stay.presence.end()
    if (left !== 'lost') return
    // The server fell at this very moment. If it gets up by itself, it must not be left alone.
    if (!(await findPostmaster(cluster.data))) return endOrphans(cluster.data)
    stay = await joinServer(cluster, options, first.server.port, false)
    return stop()
  }

  void watch()
  return {
    adopted: first.adopted,
    port: first.server.port,
    url: first.url,
    get pid() {
      return stay.server.pid
    },
    stop: () => (stopping ??= stop()),
  }
}

/** The port may need a moment to be free again. */
async function rejoin(cluster: Cluster, options: PostgresOptions, port: number): Promise<Stay> {
  for (let tries = 1; ; tries++) {
    try {
      const stay = await joinServer(cluster, options, port, false)
      if (stay.server.port === port) return stay
      await stay.presence.end()
      throw lost(cluster)
    } catch (error) {
      const busy = error instanceof PostgresError && error.code === 'port-busy'
      if (!busy || tries === 20) throw error
      await pause(250)
    }
  }
}

function lost({ folder }: Cluster, cause?: unknown): PostgresError {
  const known = cause instanceof PostgresError
  if (known && cause.code !== 'start-failed') return cause
  const said = known ? (cause.quote ?? '') : cause instanceof Error ? cause.message : ''
  return new PostgresError('server-lost', { folder, log: join(folder, 'server.log') }, said)
}
