import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestDatabase } from '@factotum/postgres/testing'
import { type SocketOptions as ClientOptions, io, type ManagerOptions, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { attachSocket, itemEnded, type LiveMessage, type SocketOptions, type SocketOutlet } from './index.ts'
import { logInto, startBus, type TestBus } from './testing/bus.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

let database: TestDatabase
let bus: TestBus
const servers: { server: Server; outlet: SocketOutlet }[] = []
const clients: Socket[] = []
let complaints: string[]
let browserLines: string[]

beforeAll(async () => {
  database = await liveDatabase()
  bus = await startBus(database.url, { windowBytes: 200_000 })
})

beforeEach(() => {
  complaints = []
  browserLines = []
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  for (const { server, outlet } of servers.splice(0)) {
    outlet.close()
    await new Promise((resolve) => server.close(resolve))
  }
})

afterAll(async () => {
  await bus.stop()
  await database.drop()
})

async function serve(options: Partial<SocketOptions> = {}): Promise<{ url: string; outlet: SocketOutlet }> {
  const server = createServer((_, response) => response.writeHead(404).end())
  const outlet = attachSocket(server, bus.live, {
    log: logInto(complaints),
    browserLog: logInto(browserLines),
    ...options,
  })
  servers.push({ server, outlet })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, outlet }
}

interface Payload {
  type: string
  detail: unknown
  cursor: string
  [further: string]: unknown
}

interface Client {
  socket: Socket
  messages: Payload[]
  results: Payload[]
  resets: { cursor: string }[]
  dropped: { reason: string; cursor: string }[]
  /** From the greeting, then from each message. */
  cursor(): string
}

function connect(url: string, options: Partial<ManagerOptions & ClientOptions> = {}): Client {
  const socket = io(url, { forceNew: true, reconnection: false, ...options })
  clients.push(socket)
  const client: Client = { socket, messages: [], results: [], resets: [], dropped: [], cursor: () => cursor }
  let cursor = ''
  socket.on('cursor', (greeting: { cursor: string }) => {
    cursor = greeting.cursor
  })
  socket.on('message', (payload: Payload) => {
    client.messages.push(payload)
    cursor = payload.cursor ?? cursor
  })
  socket.on('process-results', (payload: Payload) => client.results.push(payload))
  socket.on('reset', (payload: { cursor: string }) => client.resets.push(payload))
  socket.on('dropped', (payload: { reason: string; cursor: string }) => client.dropped.push(payload))
  return client
}

async function connected(
  url: string,
  options: Partial<ManagerOptions & ClientOptions> = {},
): Promise<Client> {
  const client = connect(url, options)
  await until('the connection', () => client.cursor() !== '')
  return client
}

const publish = (...messages: LiveMessage[]) => bus.live.publish(bus.pool, ...messages)
const numbered = (number: number): LiveMessage => ({ topic: 'letters', type: 'changed', detail: number })
const large = (number: number): LiveMessage => ({
  topic: 'letters',
  type: 'changed',
  detail: `${number} ${'x'.repeat(20_000)}`,
})

const session: LiveMessage[] = [
  { topic: 'letters', type: 'process-start', detail: 'Printing has begun.', extra: { batch_id: '9' } },
  {
    topic: 'letters',
    type: 'processing',
    detail: { process: 'pdfPrinter', method: 'print', message: 'Two letters.' },
  },
  ...itemEnded({
    topic: 'letters',
    process: 'pdfPrinter',
    filename: 'a.docx',
    status: 'success',
    done: 1,
    total: 2,
  }),
  {
    topic: 'letters',
    type: 'process-error',
    detail: { error: 'Unreadable', message: 'Not a zip.', process: 'pdfPrinter', method: 'print' },
  },
  ...itemEnded({
    topic: 'letters',
    process: 'pdfPrinter',
    filename: 'b.docx',
    status: 'skipped',
    done: 2,
    total: 2,
  }),
  { topic: 'letters', type: 'complete', detail: 'Printing has ended.' },
]

test.each(['polling', 'websocket'])(
  'a process arrives over %s as it was published, in order',
  async (transport) => {
    const { url } = await serve()
    const client = await connected(url, { transports: [transport] })
    for (const message of session) await publish(message)
    await until('the end', () => client.messages.at(-1)?.type === 'complete')
    expect(client.messages).toEqual(
      session.map(({ type, detail, extra = {} }) => ({ ...extra, type, detail, cursor: expect.any(String) })),
    )
    const progress = client.messages.filter(({ type }) => type === 'progress')
    expect(progress.map(({ detail }) => (detail as { value: number }).value)).toEqual([0.5, 1])
    // The name that older pages listen for.
    expect(client.results).toEqual(client.messages.filter(({ type }) => type === 'process-result'))
  },
)

test('a client that comes back with its cursor goes on at every place; topics narrow', async () => {
  const { url } = await serve()
  const client = await connected(url, { auth: { topics: ['letters'] } })
  const start = client.cursor()
  await publish({ topic: 'jobs', type: 'changed', detail: 'not asked for' })
  await publish(...Array.from({ length: 20 }, (_, index) => numbered(index)))
  await until('all', () => client.messages.length === 20)
  const cursors = [start, ...client.messages.map(({ cursor }) => cursor)]
  await Promise.all(
    cursors.map(async (after, place) => {
      const again = connect(url, { auth: { topics: ['letters'], after } })
      await until(`what follows ${place}`, () => again.messages.length >= 20 - place)
      expect(again.messages).toEqual(client.messages.slice(place))
      expect(again.resets).toEqual([])
    }),
  )
  const foreign = await connected(url, { auth: { after: 'abcdefabcdef-1' } })
  await until('the reset', () => foreign.resets.length === 1)
  await publish(numbered(99))
  await until('the next', () => foreign.messages.length === 1)
})

test('a topic that does not exist refuses the connection and says which do', async () => {
  const { url } = await serve()
  const { socket } = connect(url, { auth: { topics: ['mail'] } })
  const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve))
  expect(error.message).toBe(
    'There is no live topic "mail". Allowed: jobs, files, cases, letters, notifications, logs.',
  )
})

test.each([
  ['another host', 'http://evil.example'],
  ['another port', 'http://127.0.0.1:1'],
  ['a file or a sandboxed frame', 'null'],
])('a page of %s is refused', async (_, origin) => {
  const { url } = await serve()
  for (const transport of ['polling', 'websocket']) {
    const { socket } = connect(url, { transports: [transport], extraHeaders: { origin } })
    await new Promise((resolve) => socket.on('connect_error', resolve))
    expect(socket.connected).toBe(false)
  }
})

test('a page of this host is let in', async () => {
  const { url } = await serve()
  await connected(url, { transports: ['websocket'], extraHeaders: { origin: url } })
})

test('who is not admitted is refused; who may see some gets only that', async () => {
  const { url } = await serve({
    authorize: async ({ headers }) => {
      if (headers['x-fails']) throw new Error('It could not be asked.')
      return headers.cookie ? (event) => event.detail !== 'secret' : null
    },
  })
  for (const extraHeaders of [{}, { 'x-fails': '1' }]) {
    const { socket } = connect(url, { extraHeaders })
    await new Promise((resolve) => socket.on('connect_error', resolve))
  }
  expect(complaints).toEqual(['A Socket.IO connection could not be checked and is refused.'])
  const client = await connected(url, { extraHeaders: { cookie: 'session=1' } })
  await publish({ topic: 'letters', type: 'changed', detail: 'secret' }, numbered(1))
  await until('the other', () => client.messages.length === 1)
  expect(client.messages[0]?.detail).toBe(1)
})

test('tokens come on connecting, and anew for those who are chosen', async () => {
  let round = 0
  const { url, outlet } = await serve({
    csrfTokens: (request) => [{ process: 'pdfPrinter', token: `${request.headers.cookie} ${round}` }],
  })
  const [one, other] = await Promise.all(
    ['one', 'other'].map((cookie) => connected(url, { extraHeaders: { cookie } })),
  )
  round = 1
  await outlet.renewCsrf((request) => request.headers.cookie === 'one')
  const csrf = (token: string) => ({ type: 'csrf', detail: { process: 'pdfPrinter', token } })
  await until('the new token', () => one?.messages.length === 2)
  expect(one?.messages).toEqual([csrf('one 0'), csrf('one 1')])
  expect(other?.messages).toEqual([csrf('other 0')])
})

test('what a page logs lands in the log, cut to length, and not too much of it', async () => {
  const { url } = await serve()
  const { socket } = await connected(url)
  socket.emit('log', { level: 'error', message: 'It broke.' })
  socket.emit('log', { level: 'warning', message: 'x'.repeat(5_000) })
  socket.emit('log', { level: 'nonsense', message: 'info is not kept by this log' })
  for (const rubbish of [null, 'text', 7, {}, { message: 5 }, { level: {}, message: '' }])
    socket.emit('log', rubbish)
  socket.emit('log')
  await until('two lines', () => browserLines.length === 2)
  expect(browserLines).toEqual(['It broke.', `${'x'.repeat(2_000)}…`])

  for (let count = 0; count < 500; count++) socket.emit('log', { level: 'error', message: `line ${count}` })
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(browserLines.length).toBeLessThan(40)
  socket.emit('log', { level: 'error', message: 'after a while' })
  await until('the last', () => browserLines.at(-1) === 'after a while')
  expect(browserLines.at(-2)).toMatch(/^\d+ line\(s\) of a browser were left out: too many at once\.$/)
  expect(socket.connected).toBe(true)
})

test('a client that sends far too much is disconnected', async () => {
  const { url } = await serve()
  const { socket } = await connected(url, { transports: ['websocket'] })
  socket.emit('log', { level: 'error', message: 'x'.repeat(100_000) })
  await until('the end', () => !socket.connected)
  expect(browserLines).toEqual([])
})

test('a client that does not read is dropped, and resumes by its cursor', async () => {
  const { url } = await serve()
  const slow = await connected(url, { transports: ['websocket'], auth: { topics: ['letters'] } })
  const quick = await connected(url, { auth: { topics: ['letters'] } })
  const connection = rawSocket(slow.socket)
  connection.pause()
  let closed = false
  slow.socket.on('disconnect', () => {
    closed = true
  })
  let sent = 0
  for (; sent < 1_000; sent += 10) {
    await publish(...Array.from({ length: 10 }, (_, index) => large(sent + index)))
    await until('the quick one has it', () => quick.messages.length === sent + 10)
  }
  connection.resume()
  await until('the end', () => closed)
  expect(slow.messages.length).toBeLessThan(sent)
  if (slow.dropped.length > 0) expect(slow.dropped[0]?.reason).toBe('slow')

  const again = connect(url, { auth: { topics: ['letters'], after: slow.cursor() } })
  await until('the rest', () => slow.messages.length + again.messages.length >= sent)
  expect([...slow.messages, ...again.messages].map(({ detail }) => detail)).toEqual(
    quick.messages.map(({ detail }) => detail),
  )
})

/** The TCP connection below a client on WebSocket, to stop reading from it. */
function rawSocket(socket: Socket): { pause(): void; resume(): void } {
  const engine: unknown = socket.io.engine
  const { transport } = engine as { transport: { ws: { _socket: { pause(): void; resume(): void } } } }
  return transport.ws._socket
}

test('when the server stops, clients are cut off in a way from which they come back', async () => {
  const { url, outlet } = await serve()
  const { socket } = await connected(url)
  const disconnected = new Promise((resolve) => socket.on('disconnect', resolve))
  outlet.close()
  await disconnected
  // What it says of itself where it will try again. What it is cut off in (a poll, an upgrade) gives differing reasons.
  expect(socket.active).toBe(true)
})
