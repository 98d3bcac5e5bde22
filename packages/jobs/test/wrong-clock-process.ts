/**
 * A worker and a scheduler whose clock is wrong. Arguments: connection string, timing as JSON, by how many minutes. It
 * writes down each run, by the database's clock.
 */
import './wrong-clock.mjs'
import pg from 'pg'
import { currentJob, JobManager } from '../src/index.ts'

const [url = '', timing = '{}'] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 2 })
const jobs = new JobManager({ connectionString: url, timing: JSON.parse(timing) })
jobs.on('error', () => {})

const noted = async () => {
  const { id, attempt, scheduledFor } = currentJob()
  await pool.query('insert into run (id, attempt, scheduled_for, clock) values ($1, $2, $3, $4)', [
    id,
    attempt,
    scheduledFor,
    Date.now(),
  ])
}
jobs.job('note', noted)
jobs.job('tick', noted)
jobs.job(
  'twice',
  async () => {
    await noted()
    if (currentJob().attempt === 1) throw new Error('once more')
  },
  { retries: 1, backoff: 'fixed', backoffDelay: '1s' },
)
jobs.job('long', async () => {
  await noted()
  await new Promise((resolve) => setTimeout(resolve, 3_000))
})

await jobs.worker({ concurrency: 4 }).start()
await jobs.scheduler().start()
process.send?.('ready')
process.on('disconnect', () => process.exit())
