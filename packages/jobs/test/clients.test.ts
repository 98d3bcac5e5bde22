import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleOverPostgres } from 'drizzle-orm/postgres-js'
import fc from 'fast-check'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import postgres from 'postgres'
import { describe, expect, test } from 'vitest'
import { PrismaClient } from '../examples/prisma/generated/client.ts'
import { sqlClientOf, type TransactionClient } from '../src/clients.ts'
import { setting } from './setting.ts'

const t = setting()

type Work = (client: TransactionClient) => Promise<void>

/** One transaction of a driver, which rolls back what throws. */
const drivers: [driver: string, transaction: (url: string, work: Work) => Promise<void>][] = [
  [
    'pg',
    async (url, work) => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        await client.query('begin')
        await work(client)
        await client.query('commit')
      } finally {
        // What did not commit is rolled back by the server.
        await client.end()
      }
    },
  ],
  [
    'postgres',
    async (url, work) => {
      const sql = postgres(url, { max: 2 })
      await sql.begin((tx) => work(tx)).finally(() => sql.end())
    },
  ],
  [
    'kysely',
    async (url, work) => {
      const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) })
      const db = new Kysely<{ orders: { id: number } }>({ dialect, plugins: [new CamelCasePlugin()] })
      await db
        .transaction()
        .execute((trx) => work(trx))
        .finally(() => db.destroy())
    },
  ],
  [
    'drizzle over pg',
    async (url, work) => {
      const pool = new pg.Pool({ connectionString: url })
      await drizzle(pool)
        .transaction((tx) => work(tx))
        .finally(() => pool.end())
    },
  ],
  [
    'drizzle over postgres',
    async (url, work) => {
      const sql = postgres(url)
      await drizzleOverPostgres(sql)
        .transaction((tx) => work(tx))
        .finally(() => sql.end())
    },
  ],
  [
    'prisma',
    async (url, work) => {
      const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) })
      await prisma.$transaction((tx) => work(tx)).finally(() => prisma.$disconnect())
    },
  ],
]

/** Text that a driver which takes values for SQL, or SQL for values, would stumble over. */
const hard = ["it's", 'back\\slash \\\' "quotes"', '$1 $2 ? :name {} /* -- */', 'Größe 😀\n\t', '']

describe.each(drivers)("a transaction of %s, handed over as the call's client", (_driver, transaction) => {
  test('that commits leaves its jobs, with arguments and options as they were given', async () => {
    const jobs = t.manager()
    const note = jobs.define<[text: string[], large?: string]>('note')
    const ids: string[] = []
    await transaction(t.url, async (client) => {
      const calls = note.with({ client, priority: 3, correlationId: "o'clock" })
      const one = await calls.delay(hard, 'x'.repeat(20_000))
      const many = await calls.delayMany([[['a']], [['b']]])
      const later = await calls.delayUntil(new Date('2099-01-01'), [])
      const child = await note.with({ client, after: one }).delay([])
      ids.push(...[one, ...many, later, child].map(({ id }) => id))
      expect(await one.status()).toBeNull()
    })
    const stored = await Promise.all(ids.map((id) => jobs.status(id)))
    expect(stored).toMatchObject([
      { args: [hard, 'x'.repeat(20_000)], state: 'queued', priority: 3, correlationId: "o'clock" },
      { args: [['a']], state: 'queued' },
      { args: [['b']], state: 'queued' },
      { args: [[]], state: 'scheduled', runAt: new Date('2099-01-01') },
      { args: [[]], state: 'deferred' },
    ])
  })

  test('that rolls back leaves none', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    const failed = transaction(t.url, async (client) => {
      await note.with({ client }).delay()
      await note.with({ client }).delayMany([[], []])
      await note.with({ client }).scheduleCron({ cron: '0 0 * * *', name: 'nightly' })
      throw new Error('no such customer')
    })
    await expect(failed).rejects.toThrow('no such customer')
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
    expect(await jobs.schedules()).toEqual([])
  })

  test('takes schedules as well', async () => {
    const jobs = t.manager()
    const note = jobs.define<[text: string[]]>('note')
    await transaction(t.url, async (client) => {
      await note.with({ client }).scheduleCron({ cron: '0 0 * * *', name: 'nightly' }, hard)
    })
    const [schedule] = await jobs.schedules()
    expect(schedule).toMatchObject({ name: 'nightly', args: [hard], missed: 'once' })
    expect(schedule?.nextAt?.getUTCHours()).toBe(0)
    await jobs.unschedule('nightly')
  })
})

test('literals give any text back as it was', async () => {
  const db = drizzle(t.pool)
  const client = sqlClientOf(db)
  const text = fc.string({ unit: fc.constantFrom("'", '\\', '$', '1', '"', '\n', 'ä', ';', '-', '😀') })
  await fc.assert(
    fc.asyncProperty(text, text, async (one, other) => {
      const { rows } = await client.query('select $2::text as other, $1::text as one, $3::text as none', [
        one,
        other,
        null,
      ])
      expect(rows).toEqual([{ one, other, none: null }])
    }),
    { numRuns: 200 },
  )
})

test('an object whose query answers the rows themselves will do, too', async () => {
  const jobs = t.manager()
  const client = { query: async (sql: string, values?: unknown[]) => (await t.pool.query(sql, values)).rows }
  // @ts-expect-error its type is not among those that are promised
  const handle = await jobs.define('note').with({ client }).delay()
  expect((await handle.status())?.state).toBe('queued')
})

test('what can send no SQL is refused', async () => {
  const note = t.manager().define('note')
  for (const client of [null, 'tx', {}, () => {}, { query: {} }, { execute: 'now' }]) {
    const call = JSON.parse('{}')
    call.client = client
    await expect(note.with(call).delay()).rejects.toThrow(
      'must be a client or transaction of pg, postgres, Kysely, Drizzle or Prisma',
    )
  }
})
