import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveMessage } from './index.ts'
import { collect, startBus, type TestBus } from './testing/bus.ts'
import { connected } from './testing/connected.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

let database: TestDatabase
let elsewhere: TestDatabase
let writer: TestBus
let readers: TestBus[]

beforeAll(async () => {
  ;[database, elsewhere] = await Promise.all([liveDatabase(), liveDatabase()])
  writer = await startBus(database.url)
  readers = await Promise.all([startBus(database.url), startBus(database.url, { sequence: false })])
})

afterAll(async () => {
  await Promise.all([writer, ...readers].map((bus) => bus.stop()))
  await Promise.all([database.drop(), elsewhere.drop()])
})

const message = (name: string): LiveMessage => ({ topic: 'files', type: 'changed', detail: name })

test('transactions that commit in another order than they began are received in that order, past any that stay open', async () => {
  const collectors = await Promise.all(readers.map(({ live }) => collect(live, ['files'])))
  const received = (index: number) => collectors[index]?.events.map((event) => event.detail)
  const everybodyHas = (...names: string[]) =>
    until(`all readers have ${names}`, () =>
      collectors.every((_, i) => JSON.stringify(received(i)) === JSON.stringify(names)),
    )

  await connected(elsewhere.url, (foreign) =>
    connected(database.url, (held) =>
      connected(database.url, (first) =>
        connected(database.url, async (second) => {
          // Open in another database, with a transaction id, before all others.
          await foreign.query('begin; create table stays_open (); select txid_current()')
          // Open in this one, with messages and a snapshot, before the others.
          await held.query('begin isolation level repeatable read')
          await writer.live.publish(held, message('held'))

          await first.query('begin')
          await writer.live.publish(first, message('began first'))
          await second.query('begin')
          await writer.live.publish(second, message('began second'))
          await second.query('commit')
          await everybodyHas('began second')
          await first.query('commit')
          await everybodyHas('began second', 'began first')

          await writer.live.publish(writer.pool, message('later'))
          await everybodyHas('began second', 'began first', 'later')
          await held.query('commit')
          await everybodyHas('began second', 'began first', 'later', 'held')
          await foreign.query('rollback')
        }),
      ),
    ),
  )
  for (const { events, close } of collectors) {
    const [first] = events
    expect(events.map((event) => event.position)).toEqual(events.map((_, i) => (first?.position ?? 0) + i))
    close()
  }
})

test('what is rolled back is never seen', async () => {
  const collector = await collect(writer.live, ['files'])
  await connected(database.url, async (client) => {
    await client.query('begin')
    await writer.live.publish(client, message('never'))
    await client.query('rollback')
  })
  await writer.live.publish(writer.pool, message('kept'))
  await until('the kept one', () => collector.events.length > 0)
  expect(collector.events.map((event) => event.detail)).toEqual(['kept'])
  collector.close()
})

test('the messages of one call keep their order, and reach only those who watch their topic', async () => {
  const files = await collect(writer.live, ['files'])
  const both = await collect(writer.live, ['files', 'jobs'])
  const names = Array.from({ length: 300 }, (_, i) => `m${i}`)
  await writer.live.publish(
    writer.pool,
    ...names.map((name, i): LiveMessage => ({ ...message(name), topic: i % 2 ? 'jobs' : 'files' })),
  )
  await until('all for both', () => both.events.length === names.length)
  expect(both.events.map((event) => event.detail)).toEqual(names)
  expect(files.events.map((event) => event.detail)).toEqual(names.filter((_, i) => i % 2 === 0))
  files.close()
  both.close()
})
