// One job for many calls: by a unique key, and with debounce some time after the last of them.
import { JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const index = jobs.job('index', async (page: string, text: string) => `${page}: ${text}`, {
  uniqueKey: (page) => page,
  debounce: '1s',
})

await jobs.worker().start()

const first = await index.delay('home', 'H')
const second = await index.delay('home', 'He')
const third = await index.delay('home', 'Hello')
const other = await index.delay('about', 'Us')
console.log(first.id === second.id && second.id === third.id ? 'one job' : 'several jobs')
console.log(await third.result())
console.log(await other.result())

await jobs.close()

// Prints:
// one job
// home: Hello
// about: Us
