import { JobManager } from '@factotum/jobs'
import pg from 'pg'
import type { Contender } from './contender.ts'

/** This repository's engine, with its defaults. */
export const factotum: Contender = {
  name: 'factotum',
  version: 'of this repository',
  settings: 'concurrency 24, else defaults; history kept, each claim fenced',
  store: 'postgres',
  hears: 'told',

  async open(url) {
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    const jobs = new JobManager({ connectionString: url })
    const job = jobs.define<[n: number], void>('bench')
    await jobs.migrate()
    return {
      async addMany(numbers) {
        await job.delayMany(numbers.map((n) => [n]))
      },
      async addOne(n) {
        await job.delay(n)
      },
      async left() {
        const { rows } = await pool.query<{ n: string }>('select count(*) as n from factotum_jobs.job')
        return Number(rows[0]?.n)
      },
      async close() {
        await jobs.close()
        await pool.end()
      },
    }
  },

  async work(url, onStart, { concurrency = 24 } = {}) {
    const jobs = new JobManager({ connectionString: url })
    jobs.job('bench', async (n: number) => onStart(n))
    const worker = jobs.worker({ concurrency })
    await worker.start()
    return {
      async stop() {
        await worker.stop()
        await jobs.close()
      },
    }
  },
}
