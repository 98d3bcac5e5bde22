import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LiveFeed, LiveMessage } from './index.ts'
import { collect, startBus, type TestBus } from './testing/bus.ts'
import { cut, leaderOf } from './testing/connected.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

let database: TestDatabase
let reader: TestBus
const buses: TestBus[] = []
const programs: ChildProcess[] = []

beforeAll(async () => {
  database = await liveDatabase()
})

beforeEach(async () => {
  reader = await startBus(database.url, { sequence: false })
  buses.push(reader)
})

afterEach(async () => {
  for (const program of programs.splice(0)) await end(program)
  await Promise.all(buses.splice(0).map((bus) => bus.stop()))
})

afterAll(() => database.drop())

async function start(options: { feeds?: LiveFeed[] } = {}): Promise<TestBus> {
  const bus = await startBus(database.url, options)
  buses.push(bus)
  return bus
}

/** A process of its own that leads. */
async function startProgram(): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('testing/program.ts', import.meta.url))
  const program = spawn(process.execPath, ['--import', 'tsx', path, database.url], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  programs.push(program)
  await until('the program leads', async () => (await leaderOf(reader.pool)) !== null)
  return program
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  program.kill('SIGKILL')
  await once(program, 'exit')
}

const named = (name: string): LiveMessage => ({ topic: 'files', type: 'changed', detail: name })
const publish = (name: string) => reader.live.publish(reader.pool, named(name))

test('of several that take part one leads; when it stops the next one does', async () => {
  const [one, other] = [await start(), await start()]
  await until('one leads', async () => (await leaderOf(reader.pool)) !== null)
  const collector = await collect(reader.live, ['files'])
  await publish('first')
  await until('the first', () => collector.events.length === 1)
  await one.live.stop()
  await publish('second')
  await until('the second', () => collector.events.length === 2)
  await other.live.stop()
  expect(await leaderOf(reader.pool)).toBeNull()
  await publish('while nobody leads')
  await start()
  await until('all', () => collector.events.length === 3)
  expect(collector.events.map((event) => event.position)).toEqual([1, 2, 3])
  expect(collector.resets).toEqual([])
})

test('after kill -9 of the one that leads another goes on, without a gap', async () => {
  const program = await startProgram()
  const standby = await start()
  const collector = await collect(standby.live, ['files'])
  await publish('before')
  await until('the message before', () => collector.events.length === 1)
  program.kill('SIGKILL')
  for (let count = 0; count < 50; count++) await publish(`after ${count}`)
  await until('the messages after', () => collector.events.length === 51)
  const [first] = collector.events
  expect(collector.events.map((event) => event.position)).toEqual(
    collector.events.map((_, index) => (first?.position ?? 0) + index),
  )
})

test('one that is frozen is taken over, and gives no positions when it thaws', {
  timeout: 60_000,
}, async () => {
  const program = await startProgram()
  const standby = await start()
  const collector = await collect(standby.live, ['files'])
  program.kill('SIGSTOP')
  const frozen = await leaderOf(reader.pool)
  await publish('while frozen')
  await until('the message', () => collector.events.length === 1)
  expect(await leaderOf(reader.pool)).not.toBe(frozen)
  program.kill('SIGCONT')
  for (let count = 0; count < 20; count++) await publish(`then ${count}`)
  await until('the rest', () => collector.events.length === 21)
  expect(new Set(collector.events.map((event) => event.position)).size).toBe(21)
})

test('a connection that is cut heals, of the one that leads and of a reader', async () => {
  const bus = await start()
  const collector = await collect(bus.live, ['files'])
  await publish('first')
  await until('the first', () => collector.events.length === 1)
  for (const name of ['factotum live reader', 'factotum live sequencer']) {
    expect(await cut(reader.pool, name)).toBe(1)
    await publish(name)
    await until(`the one after cutting ${name}`, () => collector.events.at(-1)?.detail === name)
  }
  expect(collector.events).toHaveLength(3)
  expect(collector.resets).toEqual([])
  expect(bus.complaints).not.toEqual([])
})

test('what is published while it sleeps wakes it; a late commit too, without a notification', async () => {
  const bus = await start()
  const collector = await collect(bus.live, ['files'])
  const sleeps = async () => {
    const { rowCount } = await reader.pool.query(
      `select from pg_locks where locktype = 'advisory' and objid = 2 and objsubid = 2 and mode = 'ExclusiveLock'
         and database = (select oid from pg_database where datname = current_database())`,
    )
    return rowCount === 1
  }
  await until('it sleeps', sleeps)
  await publish('wakes')
  await until('the waking one', () => collector.events.length === 1)

  const client = await reader.pool.connect()
  await client.query('begin')
  await reader.live.publish(client, named('late'))
  await publish('meanwhile')
  await until('the other', () => collector.events.length === 2)
  // It does not sleep while a transaction with messages is open: nobody would tell it of the commit.
  await pause(1_500)
  expect(await sleeps()).toBe(false)
  await client.query('commit')
  client.release()
  await until('the late one', () => collector.events.length === 3)

  // One whose notification is lost.
  await until('it sleeps again', sleeps)
  await reader.pool.query(
    `insert into factotum.live_inbox (topic, message) values ('files', '{"type":"changed","detail":"silent","subject":null,"extra":{}}')`,
  )
  await until('the silent one', () => collector.events.length === 4)
})

test('what is committed long after it was published is found while other messages keep it awake', async () => {
  const bus = await start()
  const collector = await collect(bus.live, ['files'])
  const client = await reader.pool.connect()
  await client.query('begin')
  await reader.live.publish(client, named('late'))
  const began = performance.now()
  // Longer than its looks wait for the transactions that are under way.
  while (performance.now() - began < 6_500) {
    await publish('meanwhile')
    await pause(100)
  }
  await client.query('commit')
  client.release()
  await until('the late one', async () => {
    await publish('afterwards')
    await pause(100)
    return collector.events.some((event) => event.detail === 'late')
  })
})

test('feeds are taken in the transaction that gives the positions: once, also across failures', async () => {
  await reader.pool.query('create table source (id int primary key, name text not null)')
  await reader.pool.query("insert into source select n, 'row ' || n from generate_series(1, 5000) n")
  let failures = 0
  const feed: LiveFeed = async (client, limit) => {
    const { rows } = await client.query<{ name: string }>(
      `with gone as (delete from source where id in (select id from source order by id limit $1) returning id, name)
       select name from gone order by id`,
      [limit],
    )
    if (rows.length > 0 && failures++ === 0) throw new Error('It failed after it had deleted.')
    return rows.map(({ name }) => named(name))
  }
  const unpublishable: LiveFeed = async () => [
    { topic: 'files', type: 'changed', detail: 'x'.repeat(70_000) },
  ]
  const collector = await collect(reader.live, ['files'])
  const bus = await start({ feeds: [feed, unpublishable] })
  await until('all rows', () => collector.events.length === 5_000)
  expect(collector.events.map((event) => event.detail)).toEqual(
    Array.from({ length: 5_000 }, (_, index) => `row ${index + 1}`),
  )
  expect(bus.complaints.some((line) => line.includes('rests'))).toBe(true)
  expect(bus.complaints.some((line) => line.includes('left out'))).toBe(true)
})
