// What a job says while it runs: its progress, and lines that are kept with it.
import { currentJob, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })
jobs.on('progress', ({ value, message }) => value === 1 && console.log('progress', value, message))

const convert = jobs.job('convert', async (pages: number) => {
  const job = currentJob()
  for (let page = 1; page <= pages; page++) {
    job.log('page %d of %d', page, pages)
    // As often as you like: it is written a few times a second, and the last one surely.
    await job.progress(page / pages, `${page} pages`)
  }
})

await jobs.worker().start()
const handle = await convert.delay(3)
await handle.result()

const job = await jobs.get(handle.id)
console.log(job?.state, job?.progress, job?.progressMessage)
for (const { line } of job?.log ?? []) console.log(' ', line)

await jobs.close()

// Prints:
// progress 1 3 pages
// finished 1 3 pages
//   page 1 of 3
//   page 2 of 3
//   page 3 of 3
