import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asker } from '../platform/accounts/asker.ts'
import { roles } from '../platform/accounts/roles.ts'
import { signedIn } from '../platform/accounts/testing/signed-in.ts'
import { as, askerFor, type ShownInTests } from '../platform/accounts/testing.ts'
import { isOpen, judge } from '../platform/http/guard.ts'
import type { GuardedRoute } from '../platform/http/guarding.ts'
import { type TestWeb, testWeb } from './testing.ts'

/** What anybody may reach: who opens one more has to say so here. */
const openWrites = [
  'POST /signin',
  'POST /signin/code',
  'POST /signin/forgotten',
  'POST /signin/link',
  'POST /signin/passkey',
  'POST /signin/passkey/options',
  'POST /theme',
  'POST /webhooks/clerk',
]
const open = [
  'GET /assets/:version/*',
  'GET /auth/status',
  'GET /health',
  'GET /public',
  'GET /signin',
  'GET /signin/code',
  'GET /signin/forgotten',
  'GET /signin/link',
  // Its page, and the call.
  'GET /status',
  'GET /status',
  'GET /status/healthcheck.json',
  'GET /status/ping.json',
  ...openWrites,
]

/** An administrator's session, to which something happens. */
async function sessionAfter(change: (asker: Asker) => Promise<unknown>) {
  const { asker, headers } = await signedIn(web.context, 'admin')
  await change(asker)
  return headers
}

const sql = (text: string, id: string | null) => web.context.database.pool.query(text, [id])

/** An administrator's key, to which something happens. */
async function keyAfter(change: (id: string) => Promise<unknown>, scopes = ['all']) {
  const { keys } = web.context.accounts
  const asked = { name: 'A key', scopes, owner: { role: 'admin' as const }, expiresAt: null }
  const { key, made } = await keys.make(asked, { by: 'program' })
  await change(made.id)
  return { 'x-api-key': key }
}

/** Each way to come as nobody: a request with these headers is refused as if it had none. */
const nobodies: [string, () => Promise<Record<string, string>>][] = [
  ['without anything', async () => ({})],
  [
    'with a session that ran out',
    () =>
      sessionAfter(({ sessionId }) =>
        sql('update factotum.session set expires_at = now() where id = $1', sessionId),
      ),
  ],
  ['with a session that was ended', () => sessionAfter((asker) => web.context.accounts.signOut(asker))],
  [
    'with a session of who was deactivated',
    () =>
      sessionAfter(({ account }) =>
        sql('update factotum.account set deactivated_at = now() where id = $1', account.id),
      ),
  ],
  [
    'with a session that was signed with another key',
    async () => {
      const { cookie } = (await signedIn(web.context, 'admin')).headers
      return { cookie: `${cookie.slice(0, cookie.indexOf('.', cookie.indexOf('=')))}.${'A'.repeat(43)}%3D` }
    },
  ],
  [
    'with a key that was revoked',
    () => keyAfter((id) => web.context.accounts.keys.revoke(id, { by: 'program' })),
  ],
  [
    'with a key that expired',
    () => keyAfter((id) => sql('update factotum.api_key set expires_at = now() where id = $1', id)),
  ],
  [
    'with a key of an account that was deactivated',
    () =>
      keyAfter((id) =>
        sql(
          'update factotum.account a set deactivated_at = now() from factotum.api_key k where k.account_id = a.id and k.id = $1',
          id,
        ),
      ),
  ],
]

/** Each way to be known, and to have no rights at all. */
const powerless: [string, ShownInTests][] = [
  ['an account without a role', { role: null }],
  ["an administrator's key without a scope", { role: 'admin', via: 'key', scopes: [] }],
  ["an administrator's key with a scope that there isn't", { role: 'admin', via: 'key', scopes: ['*', ''] }],
]

let web: TestWeb
let routes: GuardedRoute[]

beforeAll(async () => {
  web = await testWeb()
  routes = web.app.guarded
})
afterAll(() => web.stop())

const nameOf = ({ method, url }: GuardedRoute) => `${method} ${url}`
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function known(method: string) {
  const found = methods.find((each) => each === method)
  if (found) return found
  throw new Error(`The walk does not know the method ${method}.`)
}

const closed = () => routes.filter(({ guard }) => !isOpen(guard))
/** Those at which being known isn't enough. */
const demanding = () => closed().filter(({ guard }) => guard.kind !== 'signedIn' && guard.kind !== 'session')

interface Answer {
  status: number
  location: string | undefined
  error: string | undefined
}

/** Asks a route as a program does, or as a browser where only browsers come to it. */
async function ask(
  { method, url, constraints }: GuardedRoute,
  headers: Record<string, string>,
  accept = constraints?.wants === 'page' ? 'text/html' : 'application/json',
): Promise<Answer> {
  const {
    statusCode,
    headers: answered,
    payload,
  } = await web.app.inject({
    method: known(method),
    url: url.replace(/:\w+/g, '1').replace('*', 'x'),
    headers: { host: 'localhost', accept, ...headers },
  })
  const json = String(answered['content-type']).includes('json') && payload !== ''
  return {
    status: statusCode,
    location: answered.location?.toString(),
    error: json ? JSON.parse(payload).error : undefined,
  }
}

describe('Every route', () => {
  it('is there: the walk below would be short without', () => {
    expect(closed().length).toBeGreaterThan(40)
    expect(demanding().map(nameOf)).toContain('POST /jobs/:id/cancel')
  })

  it('that is open is known to be', () => {
    const names = routes.filter(({ guard, method }) => isOpen(guard) && method !== 'HEAD').map(nameOf)
    expect(names.sort()).toEqual(open)
  })

  it('lets an administrator with a session in: what is refused below is refused for its session', async () => {
    const { headers } = await signedIn(web.context, 'admin')
    for (const url of ['/', '/jobs', '/account', '/people']) {
      const answer = await web.app.inject({
        url,
        headers: { host: 'localhost', accept: 'text/html', ...headers },
      })
      expect([url, answer.statusCode]).toEqual([url, 200])
    }
  })

  it.each(nobodies)('refuses who comes %s: 401, or the way to sign in', async (_how, come) => {
    const headers = await come()
    const refused = async (route: GuardedRoute) => {
      const program = route.constraints?.wants === 'page' ? null : await ask(route, headers)
      if (program) expect([nameOf(route), program.status]).toEqual([nameOf(route), 401])
      if (program && route.method !== 'HEAD') expect(program.error).toBe('unauthenticated')
      const browser = await ask(route, headers, 'text/html')
      expect([nameOf(route), browser.status]).toEqual([nameOf(route), 303])
      expect(browser.location).toMatch(/^\/signin\?next=%2F/)
    }
    await Promise.all(closed().map(refused))
  })

  it.each(powerless)('that asks for more than being known refuses %s: 403', async (_who, shown) => {
    for (const route of demanding()) {
      expect([nameOf(route), (await ask(route, as(shown))).status]).toEqual([nameOf(route), 403])
    }
  })

  it.each(roles)('refuses %s exactly where its guard says so', async (role) => {
    for (const route of closed()) {
      const asker: Asker = askerFor({ role })
      if (judge(route.guard, asker).status !== 403) continue
      expect([nameOf(route), (await ask(route, as({ role }))).status]).toEqual([nameOf(route), 403])
    }
  })

  it("refuses an administrator's key that is for one thing at all others, and not there", async () => {
    const headers = await keyAfter(async () => {}, ['queues.read'])
    const scopes = ['queues.read']
    for (const route of demanding()) {
      const { status } = judge(route.guard, askerFor({ role: 'admin', via: 'key', scopes }))
      const answer = await ask(route, headers)
      expect([nameOf(route), answer.status === 403]).toEqual([nameOf(route), status === 403])
    }
  })

  it('that changes something is closed to who may only read', () => {
    const reader = askerFor({
      role: 'admin',
      via: 'key',
      scopes: ['jobs.read', 'queues.read', 'schedules.read', 'workers.read', 'files.read'],
    })
    const writable = routes
      .filter(({ method, guard }) => !['GET', 'HEAD'].includes(method) && judge(guard, reader).status === 200)
      .map(nameOf)
    expect(writable.sort()).toEqual(openWrites)
  })
})

describe('The description of the API', () => {
  it('says of each call what its guard does', async () => {
    const answer = await web.app.inject({ url: '/docs/json', headers: { host: 'localhost' } })
    const document: { paths: Record<string, Record<string, { security?: unknown[] }>> } = answer.json()
    const calls = Object.entries(document.paths).flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, call]) => ({ url, method: method.toUpperCase(), call })),
    )
    expect(calls.length).toBeGreaterThan(20)
    for (const { url, method, call } of calls) {
      const name = `${method} ${url}`
      const { statusCode } = await web.app.inject({
        method: known(method),
        url: url.replace(/\{\w+\}/g, '1'),
        headers: { host: 'localhost' },
      })
      expect([name, call.security !== undefined]).toEqual([name, true])
      // Signing in asks for a body, and says so: nobody is refused.
      const open = name === 'POST /signin' ? 422 : 200
      if (call.security?.length === 0) expect([name, statusCode]).toEqual([name, open])
      else expect([name, statusCode]).toEqual([name, 401])
    }
  })
})
