import { setTimeout as pause } from 'node:timers/promises'
import { orphansIn, signal } from './processes.ts'

/**
 * Processes of a server that was killed go by themselves when they look up from their work. One that is deep
 * in a query may not look up for long: it is told to quit, and what it did is rolled back by recovery.
 */
export async function endOrphans(data: string): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const orphans = await orphansIn(data)
    if (orphans.length === 0) return
    if (waited === 1_000) for (const pid of orphans) signal(pid, 'SIGQUIT')
    if (waited >= 4_000) for (const pid of orphans) signal(pid, 'SIGKILL')
    await pause(50)
  }
}
