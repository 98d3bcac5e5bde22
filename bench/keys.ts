import { JobManager } from '@factotum/jobs'
import pg from 'pg'
import { runAlone } from './alone.ts'
import { factotum } from './factotum.ts'
import { assertOnce } from './once.ts'
import type { Program, Stage } from './program.ts'
import { median } from './report.ts'
import { startWorkerProcess } from './worker-process.ts'

const queue = 'default'
const batch = 1_000

/** How the keys are shared out, and over how many worker processes. */
interface Scene {
  readonly what: string
  readonly processes: number
  readonly count: number
  key(n: number): string
}

const scenes: readonly Scene[] = [
  { what: '30,000 jobs of 1,000 keys, 1 process', processes: 1, count: 30_000, key: (n) => `k${n % 1_000}` },
  {
    what: '30,000 jobs of 1,000 keys, 4 processes',
    processes: 4,
    count: 30_000,
    key: (n) => `k${n % 1_000}`,
  },
  {
    what: '5,000 jobs of one key among 30,000, the others of 1,000 keys, 1 process',
    processes: 1,
    count: 30_000,
    key: (n) => (n % 6 === 0 ? 'hot' : `k${n % 1_000}`),
  },
  { what: '30,000 jobs of as many keys, 1 process', processes: 1, count: 30_000, key: (n) => `k${n}` },
  { what: '2,000 jobs of one key alone, 1 process', processes: 1, count: 2_000, key: () => 'hot' },
]

export const keys: Program = {
  name: 'keys',
  counted:
    'jobs of serial keys a second, from the resuming of a filled queue to the last stored end, by the clock of the database; each job ran exactly once, and in each process those of a key in order',
  async measure(stage) {
    const rates = new Map<Scene, number[]>(scenes.map((scene) => [scene, []]))
    for (let round = 0; round < stage.flags.rounds; round++) {
      for (const scene of round % 2 === 0 ? scenes : [...scenes].reverse()) {
        const rate = await rateOf(stage, scene)
        rates.get(scene)?.push(rate)
        stage.say(`keys, ${scene.what}: ${Math.round(rate)}`)
      }
    }
    const rows = scenes.map((scene) => ({
      what: scene.what,
      unit: 'jobs/s' as const,
      medians: new Map([[factotum.name, median(rates.get(scene) ?? [])]]),
    }))
    return { rows, verdicts: [] }
  },
}

async function rateOf({ postgres }: Stage, { processes, count, key }: Scene): Promise<number> {
  return postgres.withEmpty(async (url) => {
    const jobs = new JobManager({ connectionString: url })
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const workers = await Promise.all(
      Array.from({ length: processes }, () => startWorkerProcess(factotum, url)),
    )
    try {
      await jobs.pause(queue)
      await fill(jobs, count, key)
      await Promise.all(workers.map((worker) => worker.begin()))
      const { rows } = await pool.query<{ now: string }>('select clock_timestamp()::text as now')
      await jobs.resume(queue)
      const seconds = await drained(pool, rows[0]?.now ?? '')
      const ran = await Promise.all(workers.map((worker) => worker.stop()))
      for (const { numbers } of ran) assertInOrder(numbers, key)
      assertOnce(
        factotum.name,
        ran.flatMap(({ numbers }) => numbers),
        count,
      )
      return count / seconds
    } finally {
      for (const worker of workers) worker.kill()
      await pool.end()
      await jobs.close()
    }
  })
}

async function fill(jobs: JobManager, count: number, key: (n: number) => string): Promise<void> {
  const job = jobs.define<[n: number], void>('bench', { serialKey: key })
  for (let from = 0; from < count; from += batch) {
    const length = Math.min(batch, count - from)
    await job.delayMany(Array.from({ length }, (_, index): [number] => [from + index]))
  }
}

/** Resolves when all has ended; answers how many seconds after `since` the last end was stored. */
async function drained(pool: pg.Pool, since: string): Promise<number> {
  for (;;) {
    // Seldom, as it reads the table.
    await new Promise((resolve) => setTimeout(resolve, 250))
    const { rows } = await pool.query<{ seconds: number | null }>(
      `select case when not exists (select from factotum_jobs.job)
         then extract(epoch from max(ended_at) - $1::timestamptz)::float8 end as seconds from factotum_jobs.done`,
      [since],
    )
    if (rows[0]?.seconds != null) return rows[0].seconds
  }
}

/** @throws Error naming a job that ran before an earlier one of its key */
function assertInOrder(ran: readonly number[], key: (n: number) => string): void {
  const last = new Map<string, number>()
  for (const n of ran) {
    const before = last.get(key(n)) ?? -1
    if (before >= n) throw new Error(`Job ${n} of the key ${key(n)} ran after job ${before}.`)
    last.set(key(n), n)
  }
}

await runAlone(import.meta.url, keys)
