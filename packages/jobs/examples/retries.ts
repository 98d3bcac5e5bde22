// An attempt that throws is tried again, as often and as late as the options say; each attempt's error is kept.
import { currentJob, JobError, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const fetchPage = jobs.job(
  'fetchPage',
  async (url: string) => {
    if (!url.startsWith('https:')) throw new JobError.Fatal(`Not a page: ${url}`)
    const { attempt } = currentJob()
    if (attempt < 3) throw new Error(`The server was busy (attempt ${attempt})`)
    return `${url} after ${attempt} attempts`
  },
  { retries: 5, backoff: 'exponential', backoffDelay: '20ms', timeout: '10s' },
)

await jobs.worker().start()

const good = await fetchPage.delay('https://example.com')
console.log(await good.result())
for (const { error } of (await jobs.get(good.id))?.failures ?? []) console.log(' ', error)

const bad = await fetchPage.delay('ftp://example.com')
await bad.result().catch((error) => console.log(error.message))
console.log((await bad.status())?.state, 'after', (await bad.status())?.attempts, 'attempt')

await jobs.close()

// Prints:
// https://example.com after 3 attempts
//   The server was busy (attempt 1)
//   The server was busy (attempt 2)
// Not a page: ftp://example.com
// failed after 1 attempt
