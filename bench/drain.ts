import type { Contender } from './contender.ts'
import { startWorkerProcess } from './worker-process.ts'

/** Jobs a second that one worker process runs and completes, of a queue filled before; no other program at work. */
export async function drain(contender: Contender, url: string, count: number): Promise<number> {
  const caller = await contender.open(url)
  try {
    for (let from = 0; from < count; from += 1000) {
      await caller.addMany(Array.from({ length: Math.min(1000, count - from) }, (_, index) => from + index))
    }
    const worker = await startWorkerProcess(contender, url)
    try {
      const start = process.hrtime.bigint()
      await worker.begin()
      await worker.started(count)
      // Its jobs have run; now the last of them are to be stored as ended.
      while ((await caller.left()) > 0) await new Promise((resolve) => setTimeout(resolve, 2))
      const seconds = Number(process.hrtime.bigint() - start) / 1e9
      const runs = await worker.stop()
      if (runs !== count) throw new Error(`${contender.name} ran ${runs} jobs of ${count}.`)
      return count / seconds
    } finally {
      worker.kill()
    }
  } finally {
    await caller.close()
  }
}
