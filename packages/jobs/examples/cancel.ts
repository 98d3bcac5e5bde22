// A job can be canceled from anywhere. A running one gets its signal, which goes into whatever takes one.
import { setTimeout } from 'node:timers/promises'
import { currentJob, JobError, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const long = jobs.job('long', async () => {
  const { signal } = currentJob()
  await setTimeout(60_000, null, { signal })
})

const waiting = await long.delay()
console.log(await waiting.cancel(), (await waiting.status())?.canceledHow)

await jobs.worker().start()
const running = await long.delay()
while ((await running.status())?.state !== 'started') await setTimeout(20)
console.log(await running.cancel())
await running.result().catch((error) => console.log(error instanceof JobError.Canceled, error.message))

await jobs.close()

// Prints:
// canceled before_start
// canceling
// true The job was canceled (cooperative).
