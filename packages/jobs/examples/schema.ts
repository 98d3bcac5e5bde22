// Arguments that come from outside are checked by a schema, when enqueued and before each run; any Standard Schema will do.
import { JobManager } from '@factotum/jobs'
import { z } from 'zod'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const remind = jobs.job(
  'remind',
  async (mail, at, times = 1) => `${mail} on ${at.getUTCDate()}, ${times} time(s)`,
  {
    schema: z.tuple([
      z.email(),
      z.iso.date().transform((text) => new Date(text)), // calls give text, the handler gets a Date
      z.number().int().max(3).optional(),
    ]),
  },
)

await jobs.worker().start()

const handle = await remind.delay('ada@example.com', '2027-01-31')
console.log(await handle.result())

await remind.delay('nobody', '2027-01-31', 7).catch((error) => console.log(error.message))
console.log('jobs:', (await jobs.list()).jobs.length)

await jobs.close()

// Prints:
// ada@example.com on 31, 1 time(s)
// The arguments don't fit the schema of job "remind": args[0]: Invalid email address; args[2]: Too big: expected number to be <=3.
// jobs: 1
