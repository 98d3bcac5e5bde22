import type { InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Identify } from '../accounts/asker.ts'
import { as, believe } from '../accounts/testing.ts'
import { connect, type OpenDatabase } from '../database/index.ts'
import { clientCounter } from '../limits/count-calls.ts'
import { networkOf } from '../limits/network.ts'
import { waitOf } from '../limits/wait.ts'
import type { Settings } from '../settings/index.ts'
import { type Office, openOffice } from '../settings/testing/office.ts'
import { guard, type HttpServer } from './index.ts'
import { limitCalls } from './limiting.ts'
import { createHttp } from './server.ts'

let office: Office
let settings: Settings
const databases: OpenDatabase[] = []
/** Each with a pool of its own, as processes have. */
const servers: HttpServer[] = []
const logged: string[] = []

beforeAll(async () => {
  office = await openOffice()
  settings = await (await office.machine()).process()
  for (let n = 0; n < 4; n++) servers.push(await serve())
}, 60_000)
afterAll(async () => {
  await Promise.all(servers.map((app) => app.close()))
  await Promise.all(databases.map((database) => database.close()))
  await office.close()
})
afterEach(async () => {
  await office.database.pool.query('truncate factotum.call_limit')
  logged.length = 0
})

/** Keys say in a header which limits they have of their own. */
const identify: Identify = async ({ headers }) => {
  const asker = await believe(null)({ headers })
  const hourly = headers['x-test-hourly']
  return asker && hourly ? { ...asker, limits: { hourly: Number(hourly), daily: null } } : asker
}

async function serve(trustedProxies: string[] = []): Promise<HttpServer> {
  const database = connect(office.database.url)
  databases.push(database)
  const app = await createHttp({
    config: { host: '127.0.0.1', maxUploadBytes: 1_000, version: '1', trustedProxies },
    log: pino({ level: 'silent' }),
    identify,
    secretKey: 'of this test alone',
  })
  const log = (...said: unknown[]) => void logged.push(String(said.at(-1)))
  limitCalls(app, clientCounter({ database, settings, log: { info: log, warn: log } }))
  app.get('/open', { config: { guard: guard.public } }, () => 'done')
  app.all('/work', { config: { guard: guard.signedIn } }, () => 'done')
  app.all('/page', { config: { guard: guard.optional }, schema: { hide: true } }, () => 'done')
  app.get('/light', { config: { guard: guard.public, uncounted: true } }, () => 'done')
  return app
}

const limit = (hourly: number, daily = 1_000) =>
  settings.change(
    [
      { configName: 'HOURLY_LIMIT', value: hourly },
      { configName: 'DAILY_LIMIT', value: daily },
    ],
    { accountId: null },
  )

function ask(options: InjectOptions, app = servers[0]) {
  if (!app) throw new Error('No server runs.')
  return app.inject({ ...options, headers: { host: 'localhost', ...options.headers } })
}

const statuses = async (times: number, options: InjectOptions, app?: HttpServer) => {
  const seen: number[] = []
  for (let n = 0; n < times; n++) seen.push((await ask(options, app)).statusCode)
  return seen
}

const operator = as({ role: 'operator' })
const session = as({ role: 'operator', via: 'session' })
const key = as({ role: 'operator', via: 'key' })

describe('A call', () => {
  it('is told what is left, and one too many when to go on', async () => {
    await limit(2, 10)
    const first = await ask({ url: '/work', headers: operator })
    expect(first.statusCode).toBe(200)
    expect(first.headers['ratelimit-policy']).toBe('"hour";q=2;w=3600, "day";q=10;w=86400')
    expect(first.headers.ratelimit).toMatch(/^"hour";r=1;t=3\d{3}, "day";r=9;t=86\d{3}$/)
    await ask({ url: '/work', headers: operator })
    const third = await ask({ url: '/work', headers: operator })
    expect(third.statusCode).toBe(429)
    const { error, message, retry_after } = third.json()
    expect([error, message]).toEqual([
      'too_many_calls',
      'Your calls are used up: 2 in an hour. Go on in 60 minutes.',
    ])
    expect(third.headers['retry-after']).toBe(String(retry_after))
    expect(retry_after).toBeGreaterThan(3_500)
    expect(third.headers.ratelimit).toMatch(/^"hour";r=0;t=3\d{3}, "day";r=8;t=86\d{3}$/)
  })

  it('waits for the later of two windows that are spent', async () => {
    await limit(1, 1)
    expect(await statuses(1, { url: '/work', headers: operator })).toEqual([200])
    const { message } = (await ask({ url: '/work', headers: operator })).json()
    expect(message).toBe('Your calls are used up: 1 in a day. Go on in 24 hours.')
  })

  it('counts in all processes alike: exactly as many are let through as are allowed', async () => {
    await limit(25)
    const calls = Array.from({ length: 80 }, (_, n) =>
      ask({ url: '/work', headers: operator }, servers[n % 4]),
    )
    const allowed = (await Promise.all(calls)).filter(({ statusCode }) => statusCode === 200)
    expect(allowed.length).toBe(25)
  })

  it('counts for the account over its sessions, for a key by itself, and for nobody by the address', async () => {
    await limit(2)
    const other = as({ role: 'operator', via: 'session', session: 'another' })
    expect(await statuses(1, { url: '/work', headers: session })).toEqual([200])
    expect(await statuses(2, { url: '/work', headers: other })).toEqual([200, 429])
    expect(await statuses(3, { url: '/work', headers: key })).toEqual([200, 200, 429])
    expect(await statuses(3, { url: '/open' })).toEqual([200, 200, 429])
    expect(await statuses(1, { url: '/open', remoteAddress: '192.0.2.7' })).toEqual([200])
  })

  it.each([
    ['a browser', { accept: 'text/html' }],
    ['htmx', { 'hx-request': 'true', accept: 'text/html' }],
  ])('counts whatever its headers say: those of %s make no page of it', async (_whose, headers) => {
    await limit(1)
    for (const shown of [session, operator, key]) {
      await office.database.pool.query('truncate factotum.call_limit')
      expect(await statuses(2, { url: '/work', headers: { ...shown, ...headers } })).toEqual([200, 429])
    }
  })

  it('counts against the limits of its key, where it has some', async () => {
    await limit(1)
    expect(await statuses(4, { url: '/work', headers: { ...key, 'x-test-hourly': '3' } })).toEqual([
      200, 200, 200, 429,
    ])
  })

  it('counts against the limits that are in force then', async () => {
    await limit(1)
    expect(await statuses(2, { url: '/work', headers: operator })).toEqual([200, 429])
    await limit(2)
    expect(await statuses(2, { url: '/work', headers: operator })).toEqual([200, 429])
  })

  it('is refused by the guard first, and then not counted', async () => {
    await limit(1)
    expect(await statuses(2, { url: '/work' })).toEqual([401, 401])
    expect(await statuses(2, { url: '/open' })).toEqual([200, 429])
    expect(await statuses(1, { url: '/work' })).toEqual([401])
  })

  it('is refused before its form token is looked at', async () => {
    await limit(1)
    const write: InjectOptions = { method: 'POST', url: '/work', headers: session }
    expect(await statuses(2, write)).toEqual([403, 429])
  })

  it('is let through where it can not be counted, which the log says once', async () => {
    await limit(1)
    const { pool } = office.database
    await pool.query('alter table factotum.call_limit rename to call_limit_away')
    const answer = await ask({ url: '/work', headers: operator })
    expect([answer.statusCode, answer.headers.ratelimit]).toEqual([200, undefined])
    expect(await statuses(2, { url: '/work', headers: operator })).toEqual([200, 200])
    await pool.query('alter table factotum.call_limit_away rename to call_limit')
    expect(await statuses(2, { url: '/work', headers: operator })).toEqual([200, 429])
    expect(logged).toEqual(['calls can not be counted; they are let through', 'calls are counted again'])
  })
})

describe('Not counted', () => {
  it.each([
    ['a route that says so', { url: '/light' }],
    ['what is not there', { url: '/nowhere' }],
    ['the description of the calls', { url: '/docs/json' }],
    ['a page that a person views', { url: '/page', headers: { ...session, accept: 'text/html' } }],
    ['a piece of it', { url: '/page', headers: { ...session, 'hx-request': 'true' } }],
  ])('is %s', async (_what, options: InjectOptions) => {
    await limit(1)
    const answers = await statuses(3, options)
    expect(answers).not.toContain(429)
    expect(await statuses(1, { url: '/work', headers: session })).toEqual([200])
  })

  it('are only reads of pages, and only those of people with a session', async () => {
    await limit(1)
    const page = { accept: 'text/html' }
    expect(await statuses(2, { url: '/page', headers: { ...key, ...page } })).toEqual([200, 429])
    expect(await statuses(2, { url: '/page', headers: page })).toEqual([200, 429])
    const write: InjectOptions = { method: 'POST', url: '/page', headers: { ...operator, ...page } }
    expect(await statuses(2, write)).toEqual([200, 429])
    expect(await statuses(1, { url: '/page', headers: { ...operator, ...page } })).toEqual([429])
  })
})

describe('An address', () => {
  const from = (forwarded: string, remoteAddress = '127.0.0.1'): InjectOptions => ({
    url: '/open',
    remoteAddress,
    headers: { 'x-forwarded-for': forwarded },
  })

  it('is not what anybody writes into X-Forwarded-For', async () => {
    await limit(2)
    expect([...(await statuses(2, from('192.0.2.1'))), ...(await statuses(1, from('192.0.2.2')))]).toEqual([
      200, 200, 429,
    ])
  })

  it('is what a trusted proxy says: the last one before it that is not trusted, too', async () => {
    const app = await serve(['127.0.0.1', '10.0.0.0/8'])
    servers.push(app)
    await limit(2)
    expect(await statuses(3, from('192.0.2.1'), app)).toEqual([200, 200, 429])
    expect(await statuses(1, from('192.0.2.2, 10.1.2.3'), app)).toEqual([200])
    // What stands before it was sent by whoever it is.
    expect(await statuses(1, from('198.51.100.9, 192.0.2.1, 10.1.2.3'), app)).toEqual([429])
    expect(await statuses(3, from('192.0.2.1', '198.51.100.1'), app)).toEqual([200, 200, 429])
  })

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['unknown', 'unknown'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

it.each([
  [1, '1 second'],
  [89, '89 seconds'],
  [90, '2 minutes'],
  [3_600, '60 minutes'],
  [7_201, '3 hours'],
])('%d seconds are said as %s', (seconds, text) => {
  expect(waitOf(seconds)).toBe(text)
})
