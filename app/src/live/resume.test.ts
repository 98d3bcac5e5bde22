import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveEvent, LiveMessage, LiveSink } from './index.ts'
import { collect, startBus, type TestBus } from './testing/bus.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

let database: TestDatabase
let bus: TestBus

beforeAll(async () => {
  database = await liveDatabase()
  bus = await startBus(database.url, { windowBytes: 20_000 })
})

afterAll(async () => {
  await bus.stop()
  await database.drop()
})

const numbered = (number: number): LiveMessage => ({ topic: 'letters', type: 'changed', detail: number })
const publish = (...numbers: number[]) => bus.live.publish(bus.pool, ...numbers.map(numbered))
const numbers = (events: readonly LiveEvent[]) => events.map((event) => event.detail)

test('a cursor of another series, rubbish, and one from the future are answered by one reset, and events go on', async () => {
  const here = await collect(bus.live, ['letters'])
  const [epoch] = here.cursor().split('-')
  for (const after of ['0123456789ab-1', 'rubbish', '', `${epoch}-99999`]) {
    const collector = await collect(bus.live, ['letters'], after)
    await until('the reset', () => collector.resets.length === 1)
    expect(collector.resets).toEqual([collector.cursor()])
    await publish(1)
    await until('what follows', () => collector.events.length === 1)
    expect(collector.resets).toHaveLength(1)
    collector.close()
  }
  here.close()
})

test('after a move to another server readers get one reset and a new epoch, and nothing twice', async () => {
  const collector = await collect(bus.live, ['letters'])
  const before = collector.cursor()
  // What a restored dump looks like: it names the server that it came from.
  await bus.pool.query("update factotum.live_state set home = 'another server'")
  await bus.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'factotum live%'",
  )
  await until('the reset', () => collector.resets.length === 1)
  await publish(1, 2, 3)
  await until('what follows', () => collector.events.length === 3)
  expect(numbers(collector.events)).toEqual([1, 2, 3])
  expect(collector.resets).toHaveLength(1)
  expect(collector.cursor().split('-')[0]).not.toBe(before.split('-')[0])

  const late = await collect(bus.live, ['letters'], before)
  await until('the reset of who comes later', () => late.resets.length === 1)
  collector.close()
  late.close()
})

test('a clone of a database begins a series of its own', async () => {
  const here = await collect(bus.live, ['letters'])
  const clone = await liveDatabase()
  const other = await startBus(clone.url)
  const there = await collect(other.live, ['letters'], here.cursor())
  await until('the reset', () => there.resets.length === 1)
  here.close()
  await other.stop()
  await clone.drop()
})

test('a cursor follows events of other topics, so that it does not age', async () => {
  const collector = await collect(bus.live, ['cases'])
  const before = collector.cursor()
  await publish(1)
  await until('the cursor moved', () => collector.cursor() !== before)
  expect(collector.events).toEqual([])
  collector.close()
})

test('one who takes too long is dropped with a reason, and resumes where it was without gap or repeat', async () => {
  const taken: unknown[] = []
  let release = () => {}
  let closed: { reason: string; cursor: string } | null = null
  const slow: LiveSink = {
    events(batch) {
      taken.push(...numbers(batch))
      return new Promise((resolve) => {
        release = resolve
      })
    },
    reset: () => {},
    closed: (reason, cursor) => {
      closed = { reason, cursor }
    },
  }
  const subscription = await bus.live.subscribe({ topics: ['letters'] }, slow)
  const quick = await collect(bus.live, ['letters'])
  await publish(0)
  await until('the first', () => taken.length === 1)
  // Far more than the window holds, while the first is still being taken.
  for (let round = 0; round < 10; round++) {
    await publish(...Array.from({ length: 100 }, (_, index) => 1 + round * 100 + index))
  }
  await until('all for the quick one', () => quick.events.length === 1_001)
  expect(quick.closed).toBeNull()
  release()
  await until('it is dropped', () => closed !== null)
  expect(closed).toEqual({ reason: 'slow', cursor: subscription.cursor })

  const again = await collect(bus.live, ['letters'], subscription.cursor)
  await until('the rest', () => taken.length + again.events.length >= 1_001)
  expect([...taken, ...numbers(again.events)]).toEqual(numbers(quick.events))
  again.close()
  quick.close()
})

test('one who comes back slowly is given time: it reads the database until it has caught up', async () => {
  const start = await collect(bus.live, ['letters'])
  const from = start.cursor()
  await publish(...Array.from({ length: 3_000 }, (_, index) => index))
  await until('all', () => start.events.length === 3_000)
  const taken: unknown[] = []
  const subscription = await bus.live.subscribe(
    { topics: ['letters'], after: from },
    {
      events: async (batch) => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        taken.push(...numbers(batch))
      },
      reset: () => taken.push('reset'),
      closed: (reason) => taken.push(reason),
    },
  )
  await until('it has all', () => taken.length >= 3_000)
  expect(taken).toEqual(numbers(start.events))
  subscription.close()
  start.close()
})

test('one whose sink throws is dropped alone', async () => {
  let closed: string | null = null
  await bus.live.subscribe(
    { topics: ['letters'] },
    {
      events() {
        throw new Error('It broke.')
      },
      reset: () => {},
      closed: (reason) => {
        closed = reason
      },
    },
  )
  const other = await collect(bus.live, ['letters'])
  await publish(1)
  await until('it is dropped', () => closed === 'failed')
  await until('the other got it', () => other.events.length === 1)
  other.close()
})

test('who may not see an event is not given it', async () => {
  const seen: LiveEvent[] = []
  const subscription = await bus.live.subscribe(
    { topics: ['letters'], sees: (event) => event.detail !== 'secret' },
    { events: (batch) => void seen.push(...batch), reset: () => {} },
  )
  await bus.live.publish(bus.pool, { topic: 'letters', type: 'changed', detail: 'secret' }, numbered(7))
  await until('the other', () => seen.length > 0)
  expect(numbers(seen)).toEqual([7])
  subscription.close()
})

test('subscribing says no to a topic that does not exist, and once the bus has stopped', async () => {
  const other = await startBus(database.url, { sequence: false })
  const asked = ['letters', 'nonsense'] as unknown as ['letters']
  await expect(
    other.live.subscribe({ topics: asked }, { events: () => {}, reset: () => {} }),
  ).rejects.toThrow(
    'There is no live topic "nonsense". Allowed: jobs, files, cases, letters, notifications, logs.',
  )
  const open = await collect(other.live, ['letters'])
  await other.stop()
  expect(open.closed).toBe('stopped')
  await expect(collect(other.live, ['letters'])).rejects.toThrow('being stopped')
})

test('where the database can’t be reached, subscribing fails instead of waiting', async () => {
  const nowhere = await startBus('postgres://postgres@127.0.0.1:9/none', { sequence: false })
  await expect(collect(nowhere.live, ['letters'])).rejects.toThrow()
  await nowhere.stop()
})
