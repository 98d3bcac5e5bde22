import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type OpenDatabase } from './index.ts'
import { databasePing } from './ping.ts'

let test: TestDatabase
let database: OpenDatabase
const warnings: unknown[] = []

beforeAll(async () => {
  test = await testDatabase()
  database = connect(test.url, {
    connections: 3,
    log: { warn: (...what: unknown[]) => void warnings.push(what) },
  })
  await database.pool.query('create table note (text text primary key)')
})
afterAll(async () => {
  await database.close()
  await test.drop()
})

const notes = async () =>
  (await database.pool.query<{ text: string }>('select text from note order by 1')).rows.map(
    (row) => row.text,
  )

/** Ends every connection to the database but one's own, as an administrator or a restart would. */
async function cutConnections(): Promise<void> {
  const admin = new pg.Client({ connectionString: test.url })
  await admin.connect()
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await admin.end()
}

describe('A transaction', () => {
  it('keeps all of its work, by SQL and by Drizzle, and answers its result', async () => {
    const answer = await database.transaction(async ({ client, db }) => {
      await client.query("insert into note values ('one')")
      await db.execute("insert into note values ('two')")
      return 7
    })
    expect(answer).toBe(7)
    expect(await notes()).toEqual(['one', 'two'])
  })

  it('keeps none of it when it fails', async () => {
    const work = database.transaction(async ({ client }) => {
      await client.query("insert into note values ('three')")
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await notes()).not.toContain('three')
  })

  it('never ends well when a failed statement was swallowed', async () => {
    const work = database.transaction(async ({ client }) => {
      await client.query("insert into note values ('four')")
      await client.query('select nonsense').catch(() => {})
    })
    await expect(work).rejects.toThrow('all was taken back')
    expect(await notes()).not.toContain('four')
  })

  it('gives its connection back, however it ends', async () => {
    for (let n = 0; n < 10; n++)
      await database.transaction(() => Promise.reject(new Error('x'))).catch(() => {})
    expect(database.pool.waitingCount + database.pool.totalCount - database.pool.idleCount).toBe(0)
  })

  it('whose connection is cut fails, the process and the next one go on', async () => {
    const work = database.transaction(async ({ client }) => {
      await client.query("insert into note values ('five')")
      const lost = new Promise((resolve) => client.once('end', resolve))
      await cutConnections()
      await lost
      await client.query('select 1')
    })
    await expect(work).rejects.toThrow()
    expect(await notes()).not.toContain('five')
    expect(warnings).not.toEqual([])
  })
})

describe('The ping', () => {
  it('is null while the database answers, and asks once for many', async () => {
    let asked = 0
    const pool = Object.assign(Object.create(database.pool), {
      query: (sql: string) => {
        asked++
        return database.pool.query(sql)
      },
    })
    const ping = databasePing({ pool }, 60_000)
    expect(await Promise.all(Array.from({ length: 50 }, () => ping()))).toEqual(
      Array.from({ length: 50 }, () => null),
    )
    expect(asked).toBe(1)
  })

  it('says so when nothing listens, and when it is there again', async () => {
    const away = connect('postgres://127.0.0.1:1/x')
    expect(await databasePing(away)()).toBe("The database can't be reached.")
    await away.close()
    expect(await databasePing(database)()).toBeNull()
  })

  it('says so when the answer takes too long', async () => {
    const held = await Promise.all([1, 2, 3].map(() => database.pool.connect()))
    const ping = databasePing(database, 0, 50)
    expect(await ping()).toBe('The database did not answer within 0.05 s.')
    for (const client of held) client.release()
    await expect.poll(() => ping()).toBeNull()
  })
})
