// Tests of code that enqueues: real jobs on a real database, run when the test says so, and time that passes on demand.
import { JobError, JobManager } from '@factotum/jobs'
import { advance, clear, drain, enqueued, expectEnqueued } from '@factotum/jobs/testing'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const paid = new Set<number>()
const remind = jobs.job('remind', async (order: number) => {
  if (paid.has(order)) return 'paid'
  console.log('reminding of', order)
  throw new JobError.Snooze('1d')
})
const placeOrder = jobs.job('placeOrder', async (order: number) => {
  await remind.delayIn('3d', order)
})

await placeOrder.delay(7)
await drain(jobs) // placeOrder has run, and its reminder waits
const job = await expectEnqueued(jobs, remind, 7)
console.log(job.state)

await advance(jobs, '3d')
paid.add(7)
await advance(jobs, '1d')
console.log((await enqueued(jobs, remind)).map(({ args, result }) => [args, result]))

await clear(jobs)
await jobs.close()

// Prints:
// scheduled
// reminding of 7
// [ [ [ 7 ], 'paid' ] ]
