// Jobs of one key run one at a time and in order, however many workers there are; those of other keys pass them by.
import { JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const said = new Map<string, string[]>()
const charge = jobs.job(
  'charge',
  async (customer: string, amount: number) => {
    const lines = said.get(customer) ?? []
    said.set(customer, [...lines, `+${amount}`])
    await new Promise((resolve) => setTimeout(resolve, 20))
    said.set(customer, [...(said.get(customer) ?? []), `=${amount}`])
  },
  { serialKey: (customer) => customer },
)

await jobs.worker({ concurrency: 10 }).start()

const handles = await charge.delayMany([
  ['Ada', 1],
  ['Ada', 2],
  ['Bob', 7],
  ['Ada', 3],
])
await Promise.all(handles.map((handle) => handle.result()))
console.log('Ada', said.get('Ada')?.join(' '))
console.log('Bob', said.get('Bob')?.join(' '))

await jobs.close()

// Prints:
// Ada +1 =1 +2 =2 +3 =3
// Bob +7 =7
