import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import type { Contender } from './contender.ts'
import { versionOf } from './versions.ts'

const silent = new Logger(() => () => {})

/** graphile-worker as its own benchmark sets it: a local queue, and completions sent together. */
export const graphile: Contender = {
  name: 'graphile-worker',
  version: versionOf('graphile-worker'),
  settings:
    'concurrentJobs 24, localQueue.size 500, completeJobBatchDelay 0, failJobBatchDelay 0, pool of 50 for callers; it keeps no history',
  store: 'postgres',
  hears: 'told',

  async open(url) {
    const pool = new pg.Pool({ connectionString: url, max: 50 })
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    const utils = await makeWorkerUtils({ pgPool: pool, logger: silent })
    await utils.migrate()
    return {
      async addMany(numbers) {
        await utils.addJobs(numbers.map((n) => ({ identifier: 'bench', payload: { n } })))
      },
      async addOne(n) {
        await utils.addJob('bench', { n })
      },
      async left() {
        const { rows } = await pool.query<{ n: string }>(
          'select count(*) as n from graphile_worker._private_jobs',
        )
        return Number(rows[0]?.n)
      },
      async close() {
        await utils.release()
        await pool.end()
      },
    }
  },

  async work(url, onStart, { concurrency = 24 } = {}) {
    const runner = await run({
      preset: {
        worker: {
          connectionString: url,
          concurrentJobs: concurrency,
          localQueue: { size: 500 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
          logger: silent,
        },
      },
      taskList: {
        async bench(payload) {
          if (typeof payload === 'object' && payload !== null && 'n' in payload)
            await onStart(Number(payload.n))
        },
      },
      noHandleSignals: true,
    })
    return { stop: () => runner.stop() }
  },
}
