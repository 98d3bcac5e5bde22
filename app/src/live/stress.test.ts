import { setTimeout as pause } from 'node:timers/promises'
import type { TestDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveEvent } from './index.ts'
import { type Collector, collect, startBus, type TestBus } from './testing/bus.ts'
import { connected, cut } from './testing/connected.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

const writers = 12
const transactions = 120

let database: TestDatabase
let buses: TestBus[]

beforeAll(async () => {
  database = await liveDatabase()
  buses = await Promise.all([1, 2, 3].map(() => startBus(database.url)))
})

afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.stop()))
  await database.drop()
})

interface Said {
  [key: string]: number
  writer: number
  number: number
}

/** Publishes in transactions of one to five messages, with pauses inside; a fifth is rolled back. Answers the committed. */
async function write(bus: TestBus, writer: number): Promise<Said[]> {
  const committed: Said[] = []
  let number = 0
  await connected(database.url, async (client) => {
    for (let transaction = 0; transaction < transactions; transaction++) {
      const said: Said[] = []
      await client.query('begin')
      for (let count = Math.ceil(Math.random() * 5); count > 0; count--) {
        const one = { writer, number: ++number }
        said.push(one)
        await bus.live.publish(client, { topic: 'jobs', type: 'changed', detail: one })
        if (Math.random() < 0.2) await pause(Math.random() * 15)
      }
      // Now and then one that stays open for longer than the sequencer's floor waits for.
      if (writer === 0 && transaction === 5) await pause(6_000)
      const keeps = Math.random() < 0.8
      await client.query(keeps ? 'commit' : 'rollback')
      if (keeps) committed.push(...said)
    }
  })
  return committed
}

const said = (event: LiveEvent) => JSON.stringify(event.detail)

function expectSeries(events: LiveEvent[]): void {
  const first = events[0]?.position ?? 0
  expect(events.map((event) => event.position)).toEqual(events.map((_, index) => first + index))
}

test('every reader sees each committed message once, in each writer’s order, while connections are cut', {
  timeout: 90_000,
}, async () => {
  const collectors: Collector[] = await Promise.all(buses.map(({ live }) => collect(live, ['jobs'])))
  const start = collectors[0]?.cursor()
  const written = Promise.all(
    Array.from({ length: writers }, (_, writer) => write(buses[writer % buses.length] as TestBus, writer)),
  )
  const stopCutting = new AbortController()
  const cutting = cutNowAndThen(stopCutting.signal)
  const committed = (await written).flat()
  stopCutting.abort()
  expect(await cutting).toBeGreaterThan(0)

  await until('all that was committed', () =>
    collectors.every(({ events }) => events.length >= committed.length),
  )
  await pause(300)
  const [one] = collectors
  if (!one) throw new Error('There is no reader.')
  expect(new Set(one.events.map(said))).toEqual(new Set(committed.map((each) => JSON.stringify(each))))
  for (const { events, resets } of collectors) {
    expect(resets).toEqual([])
    expectSeries(events)
    expect(events).toEqual(one.events)
    expect(events).toHaveLength(committed.length)
  }
  for (let writer = 0; writer < writers; writer++) {
    const numbers = one.events
      .map((event) => event.detail as unknown as Said)
      .filter((each) => each.writer === writer)
    expect(numbers).toEqual([...numbers].sort((a, b) => a.number - b.number))
  }

  await resumesEverywhere(one.events, start)
  for (const { close } of collectors) close()
})

async function cutNowAndThen(stop: AbortSignal): Promise<number> {
  let count = 0
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  while (!stop.aborted) {
    await pause(1_500)
    count += await cut(pool, 'factotum live reader')
    count += await cut(pool, 'factotum live sequencer')
  }
  await pool.end()
  return count
}

/** From a sample of cursors, on a process that was there and on one that is new. */
async function resumesEverywhere(events: LiveEvent[], start: string | undefined): Promise<void> {
  const fresh = await startBus(database.url, { sequence: false })
  try {
    const places = Array.from({ length: 40 }, () => Math.floor(Math.random() * events.length))
    for (const place of new Set([0, events.length - 1, ...places])) {
      const after = place === 0 ? start : events[place - 1]?.cursor
      for (const { live } of [fresh, buses[0] as TestBus]) {
        const again = await collect(live, ['jobs'], after)
        await until(`what follows event ${place}`, () => again.events.length >= events.length - place)
        expect(again.events).toEqual(events.slice(place))
        expect(again.resets).toEqual([])
        again.close()
      }
    }
  } finally {
    await fresh.stop()
  }
}
