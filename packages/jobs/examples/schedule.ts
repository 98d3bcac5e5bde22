// A job that runs by the clock. Any number of programs may run a scheduler: each fire happens once.
import { currentJob, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL, timeZone: 'Europe/London' })

let count = 0
const tick = jobs.job('tick', async (word: string) => {
  const { scheduledFor } = currentJob()
  console.log(`${word} ${++count}, on the second: ${scheduledFor.getMilliseconds() === 0}`)
})

// Six fields begin with seconds; the usual five with minutes: '30 6 * * MON-FRI' is 06:30 on weekdays in London.
const name = await tick.scheduleCron('* * * * * *', 'tick')
// Registered again, as at each start of a program, it is still one schedule.
await tick.scheduleCron('* * * * * *', 'tick')
console.log('schedules:', (await jobs.schedules()).length)

const worker = jobs.worker()
await worker.start()
await jobs.scheduler().start()
while (count < 2) await new Promise((resolve) => setTimeout(resolve, 50))

await jobs.unschedule(name)
await jobs.close()

// Prints:
// schedules: 1
// tick 1, on the second: true
// tick 2, on the second: true
