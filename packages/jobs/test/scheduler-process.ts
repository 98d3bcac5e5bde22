// A program of its own for the tests of schedules: schedules until it is killed.
// With 'waits' it says 'in fire' in the middle of its first fire, and goes on when it is told to.
import { JobManager } from '../src/job-manager.ts'

const [url, waits] = process.argv.slice(2)
if (!url || !process.send) throw new Error('Started by a test only.')
const jobs = new JobManager({ connectionString: url, timing: { fire: 500 } })
if (waits) {
  jobs.use({
    enqueue: async (_call, next) => {
      process.send?.('in fire')
      await new Promise((resolve) => process.once('message', resolve))
      return next()
    },
  })
  jobs.on('error', () => process.send?.('error'))
}
await jobs.scheduler().start()
process.send('ready')
