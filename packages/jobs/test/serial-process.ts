/**
 * A worker for tests that kill it: notes in the table `witness` when each run begins and ends, and fails as often as a
 * job's arguments say. Arguments: connection string, timing as JSON, concurrency.
 */
import pg from 'pg'
import { currentJob, JobManager } from '../src/index.ts'

const [url = '', timing = '{}', concurrency = '4'] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 4 })
pool.on('error', () => {})
const jobs = new JobManager({ connectionString: url, timing: JSON.parse(timing) })
jobs.on('error', () => {})

const note = (key: string, n: number, what: string) =>
  pool.query('insert into witness (key, n, what) values ($1, $2, $3)', [key, n, what])

jobs.job('witnessed', async (key: string, n: number, fails: number) => {
  await note(key, n, 'begins')
  if (currentJob().attempt <= fails) throw new Error('not yet')
  await note(key, n, 'ends')
})

await jobs.worker({ concurrency: Number(concurrency) }).start()
process.send?.('ready')
process.on('disconnect', () => process.exit())
