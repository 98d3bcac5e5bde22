import { JobManager } from '@factotum/jobs'
import pg from 'pg'
import { runAlone } from './alone.ts'
import { factotum } from './factotum.ts'
import { emptied } from './fill.ts'
import { assertOnce } from './once.ts'
import type { Program, Stage } from './program.ts'
import { median, ratio } from './report.ts'
import { startWorkerProcess } from './worker-process.ts'

const atOnce = 50

/** Who is there while callers enqueue. */
const scenes = [
  { name: 'no worker', worker: false, wakes: true },
  { name: 'a worker that is not woken and looks by itself', worker: true, wakes: false },
  { name: 'a worker asleep, woken', worker: true, wakes: true },
] as const
type Scene = (typeof scenes)[number]

export const waking: Program = {
  name: 'waking',
  counted: `callers' own transactions a second, each of begin, one enqueue and commit, ${atOnce} at once from one process; the worker is another process and runs what comes, each job exactly once; not woken means that the function that wakes does nothing`,
  async measure(stage) {
    const rates = new Map<Scene, number[]>(scenes.map((scene) => [scene, []]))
    for (let round = 0; round < stage.flags.rounds; round++) {
      for (const scene of round % 2 === 0 ? scenes : [...scenes].reverse()) {
        const rate = await rateOf(stage, scene)
        rates.get(scene)?.push(rate)
        stage.say(`waking, ${scene.name}: ${Math.round(rate)}`)
      }
    }
    const [alone, unwoken, woken] = scenes.map((scene) => median(rates.get(scene) ?? []))
    const rows = scenes.map((scene) => ({
      what: `transactions of one enqueue, ${atOnce} at once, ${scene.name}`,
      unit: 'transactions/s' as const,
      medians: new Map([[factotum.name, median(rates.get(scene) ?? [])]]),
    }))
    const value = (woken ?? Number.NaN) / (unwoken ?? Number.NaN)
    const besideNone = (woken ?? Number.NaN) / (alone ?? Number.NaN)
    return {
      rows: [...rows, { what: 'woken to none', unit: '', medians: new Map([[factotum.name, besideNone]]) }],
      verdicts: [ratio(5, "callers' own transactions, a worker woken", value, 0.95, 'not woken')],
    }
  },
}

async function rateOf({ postgres, flags }: Stage, scene: Scene): Promise<number> {
  return postgres.withEmpty(async (url) => {
    const caller = await factotum.open(url)
    const jobs = new JobManager({ connectionString: url })
    const pool = new pg.Pool({ connectionString: url, max: atOnce })
    const worker = scene.worker ? await startWorkerProcess(factotum, url) : null
    try {
      if (!scene.wakes) await pool.query(wakesNobody)
      await worker?.begin()
      // Until it has looked for the last time and sleeps.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      const rate = await transactions(jobs, pool, flags.transactions)
      if (!worker) {
        const left = await caller.left()
        if (left !== flags.transactions) throw new Error(`${left} jobs are stored of ${flags.transactions}.`)
        return rate
      }
      await worker.started(flags.transactions)
      await emptied(caller)
      assertOnce(factotum.name, (await worker.stop()).numbers, flags.transactions)
      return rate
    } finally {
      worker?.kill()
      await pool.end()
      await jobs.close()
      await caller.close()
    }
  })
}

const wakesNobody =
  'create or replace function factotum_jobs.wake(p_queues text[]) returns void language sql as $$ select $$'

async function transactions(jobs: JobManager, pool: pg.Pool, count: number): Promise<number> {
  const job = jobs.define<[n: number], void>('bench')
  const clients = await Promise.all(Array.from({ length: atOnce }, () => pool.connect()))
  let next = 0
  async function call(client: pg.PoolClient): Promise<void> {
    while (next < count) {
      const n = next++
      await client.query('begin')
      await job.with({ client }).delay(n)
      await client.query('commit')
    }
  }
  try {
    const start = performance.now()
    await Promise.all(clients.map(call))
    return count / ((performance.now() - start) / 1000)
  } finally {
    for (const client of clients) client.release()
  }
}

await runAlone(import.meta.url, waking)
