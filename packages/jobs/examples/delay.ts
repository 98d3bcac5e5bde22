// A job is a function: call it later, somewhere else, and wait for its result or don't.
import { JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const resize = jobs.job('resize', async (path: string, width = 800) => ({ path, width }))

const worker = jobs.worker({ concurrency: 4 })
await worker.start()

const soon = await resize.delay('a.png')
console.log(await soon.result())

const later = await resize.delayIn({ seconds: 1 }, 'b.png', 400)
console.log((await later.status())?.state, 'first')
console.log(await later.result())

// Many in one round trip; options for some calls; arguments are checked by the compiler: resize.delay(3) is an error.
const many = await resize
  .with({ priority: 5, correlationId: 'request 7' })
  .delayMany([['c.png'], ['d.png', 100]])
console.log((await Promise.all(many.map((handle) => handle.result()))).map(({ width }) => width))

await jobs.close()

// Prints:
// { path: 'a.png', width: 800 }
// scheduled first
// { path: 'b.png', width: 400 }
// [ 800, 100 ]
