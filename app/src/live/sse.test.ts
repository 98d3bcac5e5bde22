import type { ServerResponse } from 'node:http'
import type { TestDatabase } from '@factotum/postgres/testing'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type LiveEventsOptions, type LiveMessage, liveEvents } from './index.ts'
import { startBus, type TestBus } from './testing/bus.ts'
import { liveDatabase } from './testing/live-database.ts'
import { openStream, refused, type SseClient } from './testing/sse-client.ts'
import { until } from './testing/until.ts'

let database: TestDatabase
let bus: TestBus
let servers: FastifyInstance[] = []
const responses: ServerResponse[] = []
let url: string

beforeAll(async () => {
  database = await liveDatabase()
  bus = await startBus(database.url, { windowBytes: 200_000 })
})

beforeEach(async () => {
  url = await serve({ live: bus.live, heartbeatEvery: 200 })
})

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  servers = []
})

afterAll(async () => {
  await bus.stop()
  await database.drop()
})

async function serve(options: LiveEventsOptions): Promise<string> {
  const server = fastify()
  servers.push(server)
  server.addHook('onRequest', async (_, reply) => {
    responses.push(reply.raw)
    reply.header('x-set-before', 'kept')
  })
  await server.register(liveEvents, options)
  return `${await server.listen({ host: '127.0.0.1', port: 0 })}/live/events`
}

const numbered = (number: number): LiveMessage => ({
  topic: 'files',
  type: 'changed',
  subject: 'file:12',
  detail: number,
})
const large = (number: number): LiveMessage => ({
  topic: 'letters',
  type: 'changed',
  detail: `${number} ${'x'.repeat(20_000)}`,
})
const publish = (...numbers: number[]) => bus.live.publish(bus.pool, ...numbers.map(numbered))
const details = (client: SseClient) =>
  client.events.filter(({ event }) => event === 'message').map(({ data }) => JSON.parse(data).detail)

test('events come as JSON with their cursor as id, under headers that keep proxies from holding them back', async () => {
  const client = await openStream(`${url}?topics=files,jobs`)
  expect(client.status).toBe(200)
  expect(client.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-set-before': 'kept',
  })
  await bus.live.publish(bus.pool, numbered(1), {
    topic: 'jobs',
    type: 'process-start',
    detail: 'Two lines\nof text.',
    extra: { job_id: '7' },
  })
  await bus.live.publish(bus.pool, { topic: 'cases', type: 'changed', detail: 'not asked for' }, numbered(2))
  await until('three', () => client.events.length === 3)
  const [first, second] = client.events
  expect(JSON.parse(first?.data ?? '')).toEqual({
    topic: 'files',
    type: 'changed',
    detail: 1,
    subject: 'file:12',
    at: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  expect(JSON.parse(second?.data ?? '')).toMatchObject({
    job_id: '7',
    detail: 'Two lines\nof text.',
    subject: null,
  })
  expect(first?.id).toMatch(/^[0-9a-f]{12}-\d+$/)
  client.close()
})

test('a client that comes back with its last id goes on without gap or repeat, at every place', async () => {
  const client = await openStream(`${url}?topics=files`)
  const start = client.lastEventId()
  await publish(...Array.from({ length: 60 }, (_, index) => index))
  await until('all', () => client.events.length === 60)
  const ids = [start, ...client.events.map(({ id }) => id)]
  await Promise.all(
    ids.map(async (id, place) => {
      // The header is what a browser sends; it wins over the query of the page's first request.
      const again =
        place % 2 === 0
          ? await openStream(`${url}?topics=files&after=${start}`, { 'last-event-id': id })
          : await openStream(`${url}?topics=files&after=${id}`)
      await until(`what follows place ${place}`, () => again.events.length >= 60 - place)
      expect(details(again)).toEqual(details(client).slice(place))
      again.close()
    }),
  )
  client.close()
})

test('a cursor of elsewhere gets one reset, and events after it', async () => {
  const client = await openStream(url, { 'last-event-id': 'abcdefabcdef-3' })
  await until('the reset', () => client.events.length === 1)
  await publish(5)
  await until('the next', () => client.events.length === 2)
  expect(client.events.map(({ event }) => event)).toEqual(['reset', 'message'])
  expect(client.events[0]?.data).toBe(JSON.stringify({ cursor: client.events[0]?.id }))
  client.close()
})

test('heartbeats are comments that move the id along, also past events that were not asked for', async () => {
  const client = await openStream(`${url}?topics=cases`)
  const id = client.lastEventId()
  expect(id).not.toBe('')
  await publish(1)
  await until('the id moves', () => client.lastEventId() !== id)
  await until('two beats', () => client.comments.length >= 2)
  expect(client.comments[0]).toBe('beat')
  expect(client.events).toEqual([])
  client.close()
})

test('an unknown topic is refused, and the allowed ones are named', async () => {
  for (const [topics, name] of [
    ['files,mail', 'mail'],
    ['', ''],
  ]) {
    expect(await refused(`${url}?topics=${topics}`)).toEqual({
      status: 422,
      body: {
        error: 'unknown_topic',
        message: `There is no live topic "${name}". Allowed: jobs, files, cases, letters, notifications, logs.`,
        allowed: ['jobs', 'files', 'cases', 'letters', 'notifications', 'logs'],
      },
    })
  }
})

test('who may see nothing is refused, and who may see some gets only that', async () => {
  const guarded = await serve({
    live: bus.live,
    authorize: (request) => (request.headers.cookie ? (event) => event.detail !== 'secret' : null),
  })
  expect(await refused(guarded)).toEqual({
    status: 403,
    body: { error: 'forbidden', message: 'You may not watch live events.' },
  })
  const client = await openStream(guarded, { cookie: 'session=1' })
  await bus.live.publish(bus.pool, { topic: 'files', type: 'changed', detail: 'secret' }, numbered(1))
  await until('the other', () => client.events.length === 1)
  expect(details(client)).toEqual([1])
  client.close()
})

test('a client that does not read is dropped with a reason before it costs memory, and resumes by its cursor', async () => {
  const quick = await openStream(`${url}?topics=letters`)
  const slow = await openStream(`${url}?topics=letters`)
  const response = responses.at(-1)
  slow.pause()
  let sent = 0
  while (!response?.writableEnded) {
    // The system's own buffers take megabytes before anything is held back.
    if (sent > 5_000) throw new Error('It took everything without being read.')
    await bus.live.publish(bus.pool, ...Array.from({ length: 10 }, () => large(sent++)))
    await until('the quick one has it', () => quick.events.length === sent)
    expect(response?.writableLength).toBeLessThan(1_500_000)
  }
  slow.resume()
  await until('the end', slow.ended)
  expect(slow.events.length).toBeLessThan(sent)
  expect(slow.events.at(-1)).toMatchObject({ event: 'dropped', data: '{"reason":"slow"}' })

  const again = await openStream(`${url}?topics=letters`, { 'last-event-id': slow.lastEventId() })
  const before = details(slow)
  await until('the rest', () => before.length + again.events.length >= sent)
  expect([...before, ...details(again)]).toEqual(details(quick))
  again.close()
  quick.close()
})

test('streams end when the server stops, with a reason', async () => {
  const client = await openStream(url)
  await Promise.all(servers.map((server) => server.close()))
  await until('the end', client.ended)
  expect(client.events.map(({ event, data }) => [event, data])).toEqual([['dropped', '{"reason":"stopped"}']])
})

test('where the database can’t be reached, the answer is an error and no stream', async () => {
  const nowhere = await startBus('postgres://postgres@127.0.0.1:9/none', { sequence: false })
  const broken = await serve({ live: nowhere.live })
  expect((await refused(broken)).status).toBe(500)
  await nowhere.stop()
})
