import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { PostgresError } from './errors.ts'
import { endOrphans } from './orphans.ts'
import { isAlive, signal as send, worksIn } from './processes.ts'

/** Fast first: open transactions are rolled back, everything is written. Then harder; recovery makes good. */
const steps = [
  { signal: 'SIGINT', patience: 60_000 },
  { signal: 'SIGQUIT', patience: 10_000 },
  { signal: 'SIGKILL', patience: 10_000 },
] as const

/** Stops the server and waits until its process has gone. */
export async function shutDown(cluster: Cluster, pid: number): Promise<void> {
  for (const { signal, patience } of steps) {
    const end = Date.now() + patience
    if (await worksIn(pid, cluster.data, cluster.data)) send(pid, signal)
    while (Date.now() < end) {
      if (!(await isAlive(pid))) return endOrphans(cluster.data)
      await pause(10)
    }
  }
  const log = join(cluster.folder, 'server.log')
  throw new PostgresError('stop-failed', { folder: cluster.folder, pid, log })
}
