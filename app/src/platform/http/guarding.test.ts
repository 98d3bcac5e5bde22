import pino from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Identify } from '../accounts/asker.ts'
import { as, believe } from '../accounts/testing.ts'
import { guard, type HttpServer } from './index.ts'
import { createHttp } from './server.ts'

let app: HttpServer
let identify: Identify
let lookedUp = 0

const page = { accept: 'text/html,*/*' }

const http = (who: Identify) =>
  createHttp({
    config: { host: '127.0.0.1', maxUploadBytes: 100_000, version: '1' },
    log: pino({ level: 'silent' }),
    identify: who,
    secretKey: 'test',
  })

beforeEach(() => {
  identify = believe(null)
  lookedUp = 0
})

beforeAll(async () => {
  app = await http((request) => {
    lookedUp++
    return identify(request)
  })
  app.get('/public', { config: { guard: guard.public } }, ({ asker }) => ({ role: asker?.account.role }))
  app.get('/optional', { config: { guard: guard.optional } }, ({ asker }) => ({ role: asker?.account.role }))
  app.get('/signed-in', { config: { guard: guard.signedIn } }, async (request) => {
    await app.whoAsks(request.raw)
    return { role: request.asker?.account.role }
  })
  app.get('/session', { config: { guard: guard.session } }, () => 'in')
  app.get('/operators', { config: { guard: guard.role('operator') } }, () => 'in')
  app.get('/programs', { config: { guard: guard.apiKey('jobs.read') } }, () => 'in')
  const body = Type.Object({ title: Type.String() })
  const options = { config: { guard: guard.may('jobs.cancel') }, schema: { body } }
  app.post('/cancel', options, ({ body: { title } }) => title)
  await app.ready()
})
afterAll(() => app.close())

const get = (url: string, headers = {}) => app.inject({ url, headers: { host: 'localhost', ...headers } })
const cancel = (payload: string, headers = {}) =>
  app.inject({
    method: 'POST',
    url: '/cancel?why=late',
    headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
    payload,
  })

describe('A route', () => {
  it('without a guard is refused, with its method and path, wherever it is added', async () => {
    const other = await http(believe(null))
    expect(() => other.put('/open/door', () => 'in')).toThrow(/^PUT \/open\/door has no guard.*guard\.public/)
    await expect(
      other.register(async (scope) => {
        scope.get('/back/door', { schema: {} }, () => 'in')
      }),
    ).rejects.toThrow(/^GET \/back\/door has no guard/)
  })

  it('asks nobody who they are when it is public', async () => {
    expect((await get('/public', as({ role: 'staff' }))).json()).toEqual({})
    expect(lookedUp).toBe(0)
  })

  it('looks up who asks once', async () => {
    expect((await get('/signed-in', as({ role: 'staff' }))).json()).toEqual({ role: 'staff' })
    expect(lookedUp).toBe(1)
  })

  it('knows who asks when its guard is optional', async () => {
    expect((await get('/optional', as({ role: 'staff' }))).json()).toEqual({ role: 'staff' })
    expect((await get('/optional')).json()).toEqual({})
  })

  it('refuses nobody by an optional guard, even when nobody can be looked up', async () => {
    identify = async () => Promise.reject(new Error('the database is away'))
    expect((await get('/optional')).statusCode).toBe(200)
    expect((await get('/nowhere', page)).statusCode).toBe(404)
    expect((await get('/signed-in')).statusCode).toBe(500)
  })

  it('lets in whom its guard is for', async () => {
    expect((await get('/signed-in', as({ role: null }))).statusCode).toBe(200)
    expect((await get('/session', as({ role: null, via: 'session' }))).statusCode).toBe(200)
    expect((await get('/operators', as({ role: 'operator_manager' }))).statusCode).toBe(200)
    const key = as({ role: 'operator', via: 'key', scopes: ['jobs'] })
    expect((await get('/programs', key)).statusCode).toBe(200)
    expect((await cancel('{"title":"x"}', key)).body).toBe('x')
  })

  it.each([
    ['/session', as({ role: 'admin', via: 'key' })],
    ['/operators', as({ role: 'staff' })],
    ['/programs', as({ role: 'admin', via: 'session' })],
    ['/programs', as({ role: 'admin', via: 'key', scopes: ['files'] })],
  ])('refuses everybody else with a sentence: %s', async (url, headers) => {
    const answer = await get(url, headers)
    expect([answer.statusCode, answer.json().error]).toEqual([403, 'forbidden'])
    expect(answer.json().message).toMatch(/^You may not do this\. .* needs .*\.$/)
    expect((await get(url, { ...headers, ...page })).statusCode).toBe(403)
  })

  it('answers HEAD with the guard of its GET', async () => {
    const head = (headers = {}) =>
      app.inject({ method: 'HEAD', url: '/operators', headers: { host: 'localhost', ...headers } })
    expect((await head()).statusCode).toBe(401)
    expect((await head(as({ role: 'operator' }))).statusCode).toBe(200)
  })
})

describe('Nobody', () => {
  it('is told so as JSON', async () => {
    const answer = await get('/signed-in')
    expect([answer.statusCode, answer.json().error]).toEqual([401, 'unauthenticated'])
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
  })

  it('with a browser is led to the sign-in page, and from there back', async () => {
    const answer = await get('/signed-in?tab=2&x=%2F', page)
    expect([answer.statusCode, answer.headers.location]).toEqual([
      303,
      '/signin?next=%2Fsigned-in%3Ftab%3D2%26x%3D%252F',
    ])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('who sent a form is led back to its page, and to no other site', async () => {
    const sent = (referer?: string) =>
      cancel('{}', { ...page, ...(referer ? { referer } : {}) }).then(({ headers }) => headers.location)
    expect(await sent('http://localhost/jobs/7?x=1')).toBe('/signin?next=%2Fjobs%2F7%3Fx%3D1')
    expect(await sent('https://evil.example/jobs/7')).toBe('/signin?next=%2F')
    expect(await sent('nonsense')).toBe('/signin?next=%2F')
    expect(await sent()).toBe('/signin?next=%2F')
  })

  it('is not led away by a piece of a page, which would be put into the page', async () => {
    const answer = await get('/signed-in', { ...page, 'hx-request': 'true' })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers.location).toBeUndefined()
  })

  it.each(['{"title":7}', '{', 'x'.repeat(2_000_000)])(
    'is refused before what they sent is looked at (%#)',
    async (payload) => {
      expect((await cancel(payload)).statusCode).toBe(401)
      expect((await cancel(payload, as({ role: 'staff' }))).statusCode).toBe(403)
    },
  )

  it('is refused before a page of another site is, which only matters to who may come', async () => {
    const foreign = { origin: 'https://evil.example' }
    expect((await cancel('{"title":"x"}', foreign)).statusCode).toBe(401)
    const answer = await cancel('{"title":"x"}', { ...foreign, ...as({ role: 'operator' }) })
    expect([answer.statusCode, answer.json().error]).toEqual([403, 'cross_site'])
  })
})

describe('The description of the API', () => {
  it('says how one shows who one is, for each route by its guard', async () => {
    const { paths, components } = (await get('/docs/json')).json()
    const all = [{ session: [] }, { key: [] }, { bearer: [] }]
    expect(paths['/public'].get.security).toEqual([])
    expect(paths['/optional'].get.security).toEqual([])
    expect(paths['/signed-in'].get.security).toEqual(all)
    expect(paths['/session'].get.security).toEqual([{ session: [] }])
    expect(paths['/programs'].get.security).toEqual([{ key: [] }, { bearer: [] }])
    expect(paths['/cancel'].post.security).toEqual(all)
    expect(Object.keys(components.securitySchemes)).toEqual(['session', 'key', 'bearer'])
    expect(Object.keys(paths['/public'].get.responses)).not.toContain('401')
    expect(paths['/cancel'].post.responses['403'].description).toBe('Needs the permission jobs.cancel.')
    expect(Object.keys(paths['/cancel'].post.responses)).toContain('401')
  })

  it('is for everybody, as it says nothing that the sources do not', async () => {
    expect((await get('/docs', page)).statusCode).toBe(200)
  })
})
