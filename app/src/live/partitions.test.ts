import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPage } from './event-store.ts'
import { namesIn } from './names.ts'
import { dropPartitions, makePartitions } from './partitions.ts'
import { collect, startBus, type TestBus } from './testing/bus.ts'
import { connected } from './testing/connected.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

const names = namesIn('factotum')
const hour = 3_600

let database: TestDatabase
let bus: TestBus

beforeAll(async () => {
  database = await liveDatabase()
  bus = await startBus(database.url)
})

afterAll(async () => {
  await bus.stop()
  await database.drop()
})

async function partitions(): Promise<string[]> {
  const { rows } = await bus.pool.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'r' and relname ~ '^live_event_[0-9]+$' order by 1",
  )
  return rows.map((row) => row.name)
}

async function now(): Promise<number> {
  const { rows } = await bus.pool.query<{ now: string }>('select extract(epoch from now()) as now')
  return Number(rows[0]?.now)
}

/** Publishes and waits until it has its position; answers the cursor behind it. */
async function publish(detail: string): Promise<string> {
  const collector = await collect(bus.live, ['cases'])
  await bus.live.publish(bus.pool, { topic: 'cases', type: 'changed', detail })
  await until(detail, () => collector.events.length === 1)
  collector.close()
  return collector.cursor()
}

test('they are made for now and the half hour to come, once', async () => {
  await publish('first')
  const made = await partitions()
  expect(made).toHaveLength(4)
  await connected(database.url, (client) => makePartitions(client, names))
  expect(await partitions()).toEqual(made)
  await connected(database.url, async (client) => makePartitions(client, names, (await now()) + 1_800))
  expect(await partitions()).toHaveLength(7)
})

test('a partition that is missing heals itself', async () => {
  await connected(database.url, async (client) => dropPartitions(client, names, (await now()) + 24 * hour))
  expect(await partitions()).toEqual([])
  await publish('heals')
  expect(await partitions()).toHaveLength(4)
})

test('events are kept for an hour; a cursor before what was dropped is answered by a reset, one behind it resumes', async () => {
  const early = await publish('early')
  await publish('old')
  const kept = await connected(database.url, async (client) =>
    dropPartitions(client, names, (await now()) + hour - 700),
  )
  expect(kept).toEqual([])
  const late = await publish('late')
  const before = await partitions()
  const dropped = await connected(database.url, async (client) =>
    dropPartitions(client, names, (await now()) + hour + 600),
  )
  expect(dropped.length).toBeGreaterThan(0)
  expect(await partitions()).toEqual(before.filter((name) => !dropped.includes(name)))

  const fresh = await startBus(database.url, { sequence: false })
  const lost = await collect(fresh.live, ['cases'], early)
  const current = await collect(fresh.live, ['cases'], late)
  await until('the reset', () => lost.resets.length === 1)
  await publish('next')
  await until('the next for both', () => lost.events.length === 1 && current.events.length === 1)
  expect(current.resets).toEqual([])
  await fresh.stop()
})

test('positions go on after everything was dropped', async () => {
  const before = await publish('last')
  await bus.live.stop()
  await connected(database.url, async (client) => dropPartitions(client, names, (await now()) + 24 * hour))
  expect(await partitions()).toEqual([])
  await bus.pool.end()
  bus = await startBus(database.url)
  const collector = await collect(bus.live, ['cases'], before)
  await publish('afterwards')
  await until('it', () => collector.events.length === 1)
  const [epoch, position] = before.split('-')
  expect(collector.events[0]?.cursor).toBe(`${epoch}-${Number(position) + 1}`)
  expect(collector.resets).toEqual([])
  collector.close()
})

test('a reader that was frozen past what was dropped can tell that there is a gap', async () => {
  const before = Number((await publish('known')).split('-')[1])
  await publish('dropped meanwhile')
  await connected(database.url, async (client) => {
    expect((await readPage(client, names, before, 10)).gap).toBe(false)
    await dropPartitions(client, names, (await now()) + 24 * hour)
    expect((await readPage(client, names, before, 10)).gap).toBe(true)
    await publish('next')
    expect((await readPage(client, names, before, 10)).gap).toBe(true)
    expect((await readPage(client, names, before + 1, 10)).gap).toBe(false)
  })
})

test('dropping that was cut off in the middle is finished by the next call', async () => {
  await connected(database.url, (reader) =>
    connected(database.url, async (client) => {
      await makePartitions(client, names, 0)
      await client.query(
        "insert into factotum.live_event select 1, to_timestamp(5), to_timestamp(5), 'cases', '{}'",
      )
      await reader.query('begin; select count(*) from factotum.live_event')
      await client.query("set statement_timeout = '200ms'")
      await expect(dropPartitions(client, names)).rejects.toThrow('statement timeout')
      // Messages go on meanwhile.
      await publish('meanwhile')
      await reader.query('commit')
      await client.query('reset statement_timeout')
      expect(await dropPartitions(client, names)).toEqual([
        'live_event_0',
        'live_event_1',
        'live_event_2',
        'live_event_3',
      ])
    }),
  )
})
