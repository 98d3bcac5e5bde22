// A handler that finds it too early asks for another time: no attempt is spent, and nothing counts as failed.
import { currentJob, JobError, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })
jobs.on('snoozed', ({ name, attempt, delay }) =>
  console.log(`${name} (attempt ${attempt}) again in ${delay} ms`),
)

let looks = 0
const collect = jobs.job('collect', async (order: number) => {
  const { scheduledFor } = currentJob()
  // However often it snoozes, it keeps the time it was meant for: a bound of its own.
  if (Date.now() - scheduledFor.getTime() > 3_600_000) throw new JobError.Fatal('Not ready after an hour')
  if (++looks < 3) throw new JobError.Snooze('50ms')
  return `order ${order}, ready at look ${looks}`
})

await jobs.worker().start()

const handle = await collect.delay(7)
console.log(await handle.result())
const job = await jobs.get(handle.id)
console.log(`${job?.attempts} attempt, ${job?.failures.length} failed`)

await jobs.close()

// Prints:
// collect (attempt 1) again in 50 ms
// collect (attempt 1) again in 50 ms
// order 7, ready at look 3
// 1 attempt, 0 failed
