import PgBoss from 'pg-boss'
import type { Contender } from './contender.ts'
import { versionOf } from './versions.ts'

const queue = 'bench'
const batch = 500
const loops = 2
/** The shortest that its own `work` takes. */
const poll = 500

/** pg-boss by its batches: `work` would wait for its next poll after each. */
export const pgBoss: Contender = {
  name: 'pg-boss',
  version: versionOf('pg-boss'),
  settings: `${loops} loops that fetch ${batch} without priorities and complete them together, asking again after ${poll} ms when nothing was there; pool of 50 for callers, no supervision, completed jobs kept`,
  store: 'postgres',
  hears: 'polls',

  async open(url) {
    const boss = await started(url, 50)
    await boss.createQueue(queue)
    return {
      addMany: (numbers) => boss.insert(numbers.map((n) => ({ name: queue, data: { n } }))),
      async addOne(n) {
        await boss.send(queue, { n })
      },
      async left() {
        return boss.getQueueSize(queue, { before: 'completed' })
      },
      close: () => boss.stop({ graceful: false, wait: true }),
    }
  },

  async work(url, onStart) {
    const boss = await started(url, loops)
    const stopped = new AbortController()
    const working = Array.from({ length: loops }, loop)
    async function loop(): Promise<void> {
      while (!stopped.signal.aborted) {
        const jobs = await boss.fetch<{ n: number }>(queue, { batchSize: batch, priority: false })
        if (jobs.length === 0) await pause(poll, stopped.signal)
        else {
          await Promise.all(jobs.map((job) => onStart(job.data.n)))
          await boss.complete(
            queue,
            jobs.map((job) => job.id),
          )
        }
      }
    }
    return {
      async stop() {
        stopped.abort()
        await Promise.all(working)
        await boss.stop({ graceful: false, wait: true })
      },
    }
  },
}

async function started(url: string, max: number): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: url, max, supervise: false, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  return boss
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
