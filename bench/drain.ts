import { againstPeers } from './against-peers.ts'
import { runAlone } from './alone.ts'
import type { Contender } from './contender.ts'
import { emptied, fill } from './fill.ts'
import { assertOnce } from './once.ts'
import { startWorkerProcess } from './worker-process.ts'

export const drain = againstPeers({
  name: 'drain',
  counted:
    'jobs a second that one worker process runs and completes, of a queue filled before, from the order to begin until none is left; each job ran exactly once',
  ofPeer: 3,
  counts: ({ flags }) => flags.jobs,
  rate,
})

async function rate(contender: Contender, url: string, count: number): Promise<number> {
  const caller = await contender.open(url)
  try {
    await fill(caller, count)
    const worker = await startWorkerProcess(contender, url)
    try {
      const start = performance.now()
      await worker.begin()
      await worker.started(count)
      // Its jobs have run; now the last of them are to be stored as ended.
      await emptied(caller)
      const seconds = (performance.now() - start) / 1000
      const { numbers } = await worker.stop()
      assertOnce(contender.name, numbers, count)
      return count / seconds
    } finally {
      worker.kill()
    }
  } finally {
    await caller.close()
  }
}

await runAlone(import.meta.url, drain)
