import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { downgrade, history, upgrade } from '@factotum/jobs/migrations'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEventLog } from './event-log.ts'
import { type Lab, lab, secret } from './testing/lab.ts'
import { caseEvents } from './testing/sample-events.ts'

let house: Lab
beforeAll(async () => {
  house = await lab()
  await write()
})
afterAll(() => house.stop())

const subject = { kind: 'case', id: 'A' }
const write = (log = house.log, pool = house.pool) =>
  inTransaction(pool, (client) =>
    log.process(client, subject, caseEvents, { code: 'CASE_VIEWED', notes: 'n', createdBy: null }),
  )

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } finally {
    client.release()
  }
}

describe('The log is only added to, also by a superuser', () => {
  it.each([
    "update factotum.event set code = 'X'",
    "update factotum.event set notes = 'X'",
    'update factotum.event set notes = null',
    'update factotum.event set notes = null, context = null, patch = null, salt = null, erased_at = now(), created_by = null, code = $$X$$',
    'delete from factotum.event',
    'truncate factotum.event',
    'update factotum.event_head set count = count - 1',
    'update factotum.event_head set count = count + 2',
    "update factotum.event_head set mac = 'x'",
    'delete from factotum.event_head',
    'truncate factotum.event_head',
    'truncate factotum.event_export',
  ])('%s is refused', async (sql) => {
    await expect(house.pool.query(sql)).rejects.toThrow(/The event log is only added to/)
    await expect(
      house.transaction(async (client) => {
        await client.query("set local session_replication_role = 'replica'")
        await client.query(sql)
      }),
    ).rejects.toThrow(/The event log is only added to/)
  })

  it('a row’s content may be erased, once', async () => {
    const erase = (at: string) =>
      house.transaction(async (client) => {
        const { rowCount } = await client.query(
          `update factotum.event set notes = null, context = null, patch = null, salt = null, erased_at = ${at}`,
        )
        expect(rowCount).toBeGreaterThan(0)
        throw new Error('taken back')
      })
    await expect(erase('now()')).rejects.toThrow('taken back')
    await expect(erase('null')).rejects.toThrow(/only added to/)
    await house.transaction((client) => house.log.erase(client, subject, { createdBy: null }))
    await expect(erase("now() + interval '1 hour'")).rejects.toThrow(/only added to/)
  })
})

/** The SQL that docs/events.md gives to whoever runs a server of their own. */
function documentedRights(): string {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8')
  const sql = /```sql\n([\s\S]*?)```/.exec(page)?.[1]
  if (!sql) throw new Error('docs/events.md has no SQL.')
  return sql
}

describe('With an owner of its own, as the docs tell', () => {
  const owner = `owner_${process.pid}`
  const program = `program_${process.pid}`
  let pool: pg.Pool
  beforeAll(async () => {
    const sql = documentedRights()
      .replaceAll('factotum_events', owner)
      .replaceAll('factotum_program', program)
    await house.pool.query(`create role ${program} login password 'p'`)
    await house.pool.query(`grant usage on schema factotum to ${program}`)
    await house.pool.query(sql)
    const url = new URL(house.test.url)
    url.username = program
    url.password = 'p'
    pool = new pg.Pool({ connectionString: url.href, max: 3 })
  })
  afterAll(async () => {
    await pool.end()
    await house.pool.query(`drop owned by ${program}`)
    await house.pool.query(`drop role ${program}`)
    for (const name of ['event', 'event_head', 'event_export'])
      await house.pool.query(`alter table factotum.${name} owner to current_user`)
    await house.pool.query(`drop owned by ${owner}`)
    await house.pool.query(`drop role ${owner}`)
  })

  it('the program writes, erases, exports and verifies', async () => {
    const log = createEventLog({ pool, secret, zone: () => 'UTC' })
    log.registry.register('sample-events.ts', [caseEvents])
    expect(await write(log, pool)).not.toBeNull()
    expect(
      await inTransaction(pool, (client) => log.erase(client, subject, { createdBy: null })),
    ).not.toBeNull()
    const { memoryStore } = await import('./testing/memory-store.ts')
    const store = memoryStore()
    expect(await log.exportHeads(store)).not.toBeNull()
    expect((await log.verify(store, () => {})).findings).toBe(0)
  })

  it.each([
    "update factotum.event set code = 'X'",
    'delete from factotum.event',
    'truncate factotum.event',
    'drop table factotum.event',
    'alter table factotum.event disable trigger all',
    'alter table factotum.event_head disable trigger all',
    'delete from factotum.event_head',
    'delete from factotum.event_export',
    "set session_replication_role = 'replica'",
  ])('%s is refused by the rights', async (sql) => {
    await expect(pool.query(sql)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringMatching(/permission denied|must be owner/),
    })
  })
})

describe('The tables', () => {
  it('go, and come again', async () => {
    const set = { folder: fileURLToPath(new URL('../../migrations', import.meta.url)), schema: 'factotum' }
    const fresh = await lab()
    try {
      const client = await fresh.pool.connect()
      const names = (await history(client, set)).length
      await downgrade(client, set, names)
      const { rows } = await client.query(
        "select relname from pg_class where relnamespace = 'factotum'::regnamespace and relname like 'event%' union all select proname from pg_proc where pronamespace = 'factotum'::regnamespace and proname like 'event%'",
      )
      expect(rows).toEqual([])
      await upgrade(client, set)
      client.release()
      expect(
        await fresh.transaction((tx) =>
          fresh.log.process(tx, subject, caseEvents, { code: 'CASE_VIEWED', createdBy: null }),
        ),
      ).not.toBeNull()
    } finally {
      await fresh.stop()
    }
  })
})
