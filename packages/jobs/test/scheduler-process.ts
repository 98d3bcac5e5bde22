// A program of its own for schedule.test.ts: schedules until it is killed.
import { JobManager } from '../src/job-manager.ts'

const [url] = process.argv.slice(2)
if (!url || !process.send) throw new Error('Started by schedule.test.ts only.')
const jobs = new JobManager({ connectionString: url })
await jobs.scheduler().start()
process.send('started')
