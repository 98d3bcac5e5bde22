// A job exists exactly if the transaction commits that enqueued it: no order without its mail, no mail without its order.
import { JobManager } from '@factotum/jobs'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const jobs = new JobManager({ pool })

const sendMail = jobs.job('sendMail', async (order: number) => `mail for order ${order}`)

await pool.query('create table orders (id int primary key)')
await jobs.worker().start()

async function placeOrder(id: number, fail: boolean) {
  const tx = await pool.connect()
  try {
    await tx.query('begin')
    await tx.query('insert into orders values ($1)', [id])
    const handle = await sendMail.with({ client: tx }).delay(id)
    if (fail) throw new Error('no such customer')
    await tx.query('commit')
    return handle
  } catch (error) {
    await tx.query('rollback')
    throw error
  } finally {
    tx.release()
  }
}

const handle = await placeOrder(1, false)
console.log(await handle.result())
await placeOrder(2, true).catch((error) => console.log(error.message))
console.log('jobs:', (await jobs.list()).jobs.length)

await jobs.close()
await pool.end()

// Prints:
// mail for order 1
// no such customer
// jobs: 1
