// A job in an interactive transaction of Prisma: hand over the `tx`.
import { JobManager } from '@factotum/jobs'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './prisma/generated/client.ts'

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) })
const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const sendMail = jobs.job('sendMail', async (order: number) => `mail for order ${order}`)

await prisma.$executeRaw`create table orders (id int primary key)`
await jobs.worker().start()

const placeOrder = (id: number, fail: boolean) =>
  prisma.$transaction(async (tx) => {
    await tx.order.create({ data: { id } })
    const handle = await sendMail.with({ client: tx }).delay(id)
    if (fail) throw new Error('no such customer')
    return handle
  })

const handle = await placeOrder(1, false)
console.log(await handle.result())
await placeOrder(2, true).catch((error) => console.log(error.message))
console.log('jobs:', (await jobs.list()).jobs.length)

await jobs.close()
await prisma.$disconnect()

// Prints:
// mail for order 1
// no such customer
// jobs: 1
