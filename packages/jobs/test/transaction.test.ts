import { expect, test } from 'vitest'
import type { SqlClient } from '../src/clients.ts'
import { setting, sleep } from './setting.ts'

const t = setting()

test('a job exists exactly if the caller commits', async () => {
  const jobs = t.manager()
  const note = jobs.define('note')
  const client = await t.pool.connect()
  await client.query('begin')
  const gone = await note.with({ client }).delay()
  await client.query('rollback')
  await client.query('begin')
  const kept = await note.with({ client }).delay()
  const many = await note.with({ client }).delayMany([[], []])
  expect(await kept.status()).toBeNull()
  await client.query('commit')
  client.release()
  expect(await gone.status()).toBeNull()
  expect((await kept.status())?.state).toBe('queued')
  expect(await Promise.all(many.map((handle) => handle.status()))).toMatchObject([
    { state: 'queued' },
    { state: 'queued' },
  ])
})

test('a job of a transaction runs at the commit and not before', async () => {
  const jobs = t.manager()
  const ran: string[] = []
  const note = jobs.job('note', async () => void ran.push('note'))
  await t.worker(jobs)
  const client = await t.pool.connect()
  await client.query('begin')
  const handle = await note.with({ client }).delay()
  await sleep(300)
  expect(ran).toEqual([])
  await client.query('commit')
  client.release()
  await handle.result()
  expect(ran).toEqual(['note'])
})

test('anything that sends SQL with numbered parameters will do', async () => {
  const jobs = t.manager()
  const sent: string[] = []
  const client: SqlClient = {
    async query(sql, values) {
      sent.push(sql)
      const { rows, rowCount } = await t.pool.query<Record<string, unknown>>(sql, values)
      return { rows, rowCount }
    },
  }
  const handle = await jobs.define('note').with({ client }).delay()
  expect(sent).toEqual(['select "factotum_jobs".enqueue($1, $2) as ids'])
  expect((await handle.status())?.state).toBe('queued')
})

test("calls in a caller's transaction don't wait for each other", async () => {
  const jobs = t.manager()
  const note = jobs.define('note')
  const [one, other] = [await t.pool.connect(), await t.pool.connect()]
  await one.query('begin')
  await other.query('begin')
  const first = await note.with({ client: one }).delay()
  const second = await note.with({ client: other }).delay()
  await other.query('commit')
  await one.query('rollback')
  one.release()
  other.release()
  expect(await first.status()).toBeNull()
  expect((await second.status())?.state).toBe('queued')
})
