/** Starts a worker, runs one job, closes. Nothing must keep the process. Argument: connection string. */
import { JobManager } from '../src/index.ts'

const jobs = new JobManager({ connectionString: process.argv[2] ?? '' })
const note = jobs.job('note', async () => 'done')
await jobs.worker().start()
await (await note.delay()).result()
process.send?.('ready')
await jobs.close()
process.disconnect()
