// A job in a transaction of Drizzle, over any of its drivers for PostgreSQL: hand over the `tx`.
import { JobManager } from '@factotum/jobs'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const db = drizzle(pool)
const jobs = new JobManager({ pool })

const orders = pgTable('orders', { id: integer().primaryKey() })
const sendMail = jobs.job('sendMail', async (order: number) => `mail for order ${order}`)

await db.execute('create table orders (id int primary key)')
await jobs.worker().start()

const placeOrder = (id: number, fail: boolean) =>
  db.transaction(async (tx) => {
    await tx.insert(orders).values({ id })
    const handle = await sendMail.with({ client: tx }).delay(id)
    if (fail) throw new Error('no such customer')
    return handle
  })

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
