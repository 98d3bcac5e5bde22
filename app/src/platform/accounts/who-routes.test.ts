import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpServer } from '../http/index.ts'
import { createHttp } from '../http/server.ts'
import { as, believe } from './testing.ts'
import { whoRoutes } from './who-routes.ts'

let app: HttpServer

beforeAll(async () => {
  app = await createHttp({
    config: { host: '127.0.0.1', maxUploadBytes: 1, version: '1' },
    log: pino({ level: 'silent' }),
    identify: believe(null),
    secretKey: 'test',
  })
  whoRoutes(app)
})
afterAll(() => app.close())

async function ask(url: string, headers = {}): Promise<[number, Record<string, unknown>]> {
  const answer = await app.inject({ url, headers: { host: 'localhost', ...headers } })
  return [answer.statusCode, answer.json()]
}

const staff = { id: 'a-staff', name: 'The staff', email: null, role: 'staff', service: false }

describe('Who asks', () => {
  it('may be nobody at /public and /auth/status', async () => {
    expect(await ask('/public')).toEqual([200, { message: 'Everybody may read this.' }])
    expect(await ask('/auth/status')).toEqual([200, { authenticated: false, user: null }])
    for (const path of ['/auth/protected', '/auth/user', '/auth/me']) expect((await ask(path))[0]).toBe(401)
  })

  it('is told who they are', async () => {
    const headers = as({ role: 'staff', via: 'session' })
    expect((await ask('/auth/protected', headers))[0]).toBe(200)
    expect(await ask('/auth/user', headers)).toEqual([200, staff])
    expect(await ask('/auth/status', headers)).toEqual([200, { authenticated: true, user: staff }])
  })

  it('is told what they may do as they came: a key at most what it is for', async () => {
    const [, me] = await ask(
      '/auth/me',
      as({ role: 'operator', via: 'key', scopes: ['files', 'jobs.cancel', 'settings'] }),
    )
    expect(me).toMatchObject({
      role: 'operator',
      service: true,
      via: 'key',
      scopes: ['files', 'jobs.cancel', 'settings'],
    })
    expect(me.permissions).toEqual(['jobs.cancel', 'files.read', 'files.upload', 'files.remove'])
    const [, nobody] = await ask('/auth/me', as({ role: null, via: 'token' }))
    expect(nobody).toMatchObject({ role: null, scopes: ['all'], permissions: [] })
  })
})
