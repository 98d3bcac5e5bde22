// At most so many of a queue's jobs run at a time, over all workers, and at most so many start in any interval.
import { JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

let running = 0
let most = 0
const call = jobs.job(
  'call',
  async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 10))
    running--
  },
  { queue: 'partner' },
)

await jobs.setLimits('partner', { running: 2, starts: { most: 10, per: '1s' } })
await jobs.worker({ queues: ['partner'], concurrency: 20 }).start()
await jobs.worker({ queues: ['partner'], concurrency: 20 }).start()

const handles = await call.delayMany(Array.from({ length: 8 }, () => []))
await Promise.all(handles.map((handle) => handle.result()))
console.log(`${handles.length} calls, never more than ${most} at a time`)

await jobs.close()

// Prints:
// 8 calls, never more than 2 at a time
