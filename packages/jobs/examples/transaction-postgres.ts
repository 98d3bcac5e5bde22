// A job in a transaction of `postgres`: hand over the `sql` that `begin` gives.
import { JobManager } from '@factotum/jobs'
import postgres from 'postgres'

const sql = postgres(process.env.DATABASE_URL ?? '')
const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const sendMail = jobs.job('sendMail', async (order: number) => `mail for order ${order}`)

await sql`create table orders (id int primary key)`
await jobs.worker().start()

const placeOrder = (id: number, fail: boolean) =>
  sql.begin(async (tx) => {
    await tx`insert into orders values (${id})`
    const handle = await sendMail.with({ client: tx }).delay(id)
    if (fail) throw new Error('no such customer')
    return handle
  })

const handle = await placeOrder(1, false)
console.log(await handle.result())
await placeOrder(2, true).catch((error) => console.log(error.message))
console.log('jobs:', (await jobs.list()).jobs.length)

await jobs.close()
await sql.end()

// Prints:
// mail for order 1
// no such customer
// jobs: 1
