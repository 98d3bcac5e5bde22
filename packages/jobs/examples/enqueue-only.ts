// A program that only enqueues doesn't need the handler: share the definition, and give it its handler in the worker.
import { JobManager } from '@factotum/jobs'

// In a file that both programs import:
const definitions = (jobs: JobManager) => ({
  greet: jobs.define<[name: string], string>('greet', { queue: 'mail', retries: 3 }),
})

// The web program:
const web = new JobManager({ connectionString: process.env.DATABASE_URL })
const handle = await definitions(web).greet.delay('Ada')
console.log('nobody handles it yet:', (await handle.status())?.parked)

// The worker program:
const worker = new JobManager({ connectionString: process.env.DATABASE_URL })
definitions(worker).greet.handle(async (name) => `Hello, ${name}`)
await worker.worker({ queues: ['mail'] }).start()

console.log(await handle.result())

await worker.close()
await web.close()

// Prints:
// nobody handles it yet: true
// Hello, Ada
