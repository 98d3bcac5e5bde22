// Schedules by their names: make one, look at it, run it at once, pause and resume it, delete it.
import { currentJob, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

jobs.job('backup', async (folder: string) => {
  const late = Date.now() - currentJob().scheduledFor.getTime()
  return `${folder}, by hand: ${late < 60_000}`
})

// As from a form or a file: the job by its name. A run that comes while the last has not ended takes its place.
await jobs.putSchedule('nightly backup', {
  job: 'backup',
  args: ['/srv'],
  cron: '0 3 * * *',
  timeZone: 'Europe/Berlin',
  overlap: 'cancelPrevious',
  options: { retries: 2 },
})

const schedule = await jobs.schedule('nightly backup')
const inBerlin = { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' } as const
console.log('next five:', schedule?.nextRuns.map((at) => at.toLocaleTimeString('en-GB', inBerlin)).join(' '))

await jobs.worker().start()
const run = await jobs.runSchedule('nightly backup')
console.log(await run.result())

await jobs.pauseSchedule('nightly backup')
console.log('while paused:', (await jobs.schedule('nightly backup'))?.nextRuns.length)
await jobs.resumeSchedule('nightly backup')
console.log('resumed:', (await jobs.schedule('nightly backup'))?.nextRuns.length)

await jobs.unschedule('nightly backup')
console.log('schedules:', (await jobs.schedules()).length)
await jobs.close()

// Prints:
// next five: 03:00 03:00 03:00 03:00 03:00
// /srv, by hand: true
// while paused: 0
// resumed: 5
// schedules: 0
