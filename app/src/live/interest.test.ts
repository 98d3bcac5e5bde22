import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collect, startBus, type TestBus } from './testing/bus.ts'
import { liveDatabase } from './testing/live-database.ts'

let database: TestDatabase
let bus: TestBus
let other: TestBus

beforeAll(async () => {
  database = await liveDatabase()
  ;[bus, other] = await Promise.all([startBus(database.url), startBus(database.url, { sequence: false })])
})

afterAll(async () => {
  await Promise.all([bus.stop(), other.stop()])
  await database.drop()
})

test('a topic is watched from the first subscriber in any process until an hour after the last', async () => {
  expect(await bus.live.watched('jobs')).toBe(false)
  const collector = await collect(other.live, ['jobs', 'files'])
  expect(await bus.live.watched('jobs')).toBe(true)
  expect(await bus.live.watched('cases')).toBe(false)
  collector.close()
  expect(await bus.live.watched('jobs')).toBe(true)
  await bus.pool.query("update factotum.live_interest set renewed_at = now() - interval '61 min'")
  expect(await bus.live.watched('jobs')).toBe(false)
})
