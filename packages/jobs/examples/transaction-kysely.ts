// A job in a transaction of Kysely: hand over the `trx`.
import { JobManager } from '@factotum/jobs'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const db = new Kysely<{ orders: { id: number } }>({ dialect: new PostgresDialect({ pool }) })
const jobs = new JobManager({ pool })

const sendMail = jobs.job('sendMail', async (order: number) => `mail for order ${order}`)

await db.schema
  .createTable('orders')
  .addColumn('id', 'integer', (column) => column.primaryKey())
  .execute()
await jobs.worker().start()

const placeOrder = (id: number, fail: boolean) =>
  db.transaction().execute(async (trx) => {
    await trx.insertInto('orders').values({ id }).execute()
    const handle = await sendMail.with({ client: trx }).delay(id)
    if (fail) throw new Error('no such customer')
    return handle
  })

const handle = await placeOrder(1, false)
console.log(await handle.result())
await placeOrder(2, true).catch((error) => console.log(error.message))
console.log('jobs:', (await jobs.list()).jobs.length)

await jobs.close()
await db.destroy()

// Prints:
// mail for order 1
// no such customer
// jobs: 1
