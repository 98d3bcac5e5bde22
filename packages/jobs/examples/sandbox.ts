// Work that computes runs beside the event loop, in a thread or a process of its own. One that never ends, or takes all
// memory, fails alone.
import { JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })
const module = new URL('./sandbox/primes.ts', import.meta.url)

// A function can't be sent to a thread: the job is defined by the module that has it.
const countPrimes = jobs.job<typeof import('./sandbox/primes.ts').countPrimes>(
  'countPrimes',
  { module, export: 'countPrimes' },
  { sandbox: 'thread', timeout: '1m' },
)
const fillMemory = jobs.job<typeof import('./sandbox/primes.ts').fillMemory>(
  'fillMemory',
  { module, export: 'fillMemory' },
  { sandbox: 'thread', memory: '64mb' },
)

await jobs.worker().start()

let turns = 0
const ticking = setInterval(() => turns++, 10)
const counting = await countPrimes.delay(200_000)
console.log(await counting.result(), 'primes; the event loop had turns:', turns > 0)
clearInterval(ticking)

const filling = await fillMemory.delay()
await filling.result().catch((error) => console.log(error.message))

await jobs.close()

// Prints:
// 17984 primes; the event loop had turns: true
// The thread was ended: its heap grew past its memory cap of 64 MB.
