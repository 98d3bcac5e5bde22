import pino from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { as, askerFor, believe } from '../accounts/testing.ts'
import { guard, type HttpServer, uploadBytes } from './index.ts'
import { createHttp } from './server.ts'

let app: HttpServer
let done: unknown[]

beforeEach(() => {
  done = []
})

beforeAll(async () => {
  app = await server('one key')
})
afterAll(() => app.close())

async function server(secretKey: string): Promise<HttpServer> {
  const app = await createHttp({
    config: { host: '127.0.0.1', maxUploadBytes: 100_000, version: '1' },
    log: pino({ level: 'silent' }),
    identify: believe(null),
    secretKey,
  })
  const config = { guard: guard.signedIn }
  const body = Type.Object({ a: Type.String() }, { additionalProperties: false })
  app.get('/read', { config }, () => 'read')
  app.post('/write', { config, schema: { body } }, ({ body }) => done.push(body))
  app.delete('/write', { config }, () => done.push('deleted'))
  app.post('/anybody', { config: { guard: guard.optional } }, () => done.push('anybody'))
  app.post('/upload', { config: { ...config, fileField: 'file' } }, async (request) => {
    for await (const part of request.parts()) {
      if (part.type === 'field') continue
      let size = 0
      for await (const chunk of uploadBytes(part)) size += chunk.length
      done.push([part.filename, size])
    }
    return 'kept'
  })
  await app.ready()
  return app
}

const ofSession = (session: string) => as({ via: 'session', session })
const tokenOf = (session: string) => app.formToken(askerFor({ via: 'session', session })) ?? ''

interface Write {
  method?: 'POST' | 'DELETE'
  url?: string
  fields?: Record<string, string>
  headers?: Record<string, string>
}

function write({ method = 'POST', url = '/write', fields = { a: '1' }, headers = {} }: Write) {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  return app.inject({
    method,
    url,
    headers: { host: 'localhost', ...(method === 'POST' ? form : {}), ...headers },
    ...(method === 'POST' ? { payload: new URLSearchParams(fields).toString() } : {}),
  })
}

async function expectRefused(request: Write): Promise<void> {
  const answer = await write(request)
  expect([answer.statusCode, answer.json().error]).toEqual([403, 'csrf'])
  expect(done).toEqual([])
}

describe('A write by a session', () => {
  const headers = ofSession('s-1')

  it('needs a token', async () => {
    await expectRefused({ headers })
    await expectRefused({ headers, url: '/anybody' })
    await expectRefused({ headers, method: 'DELETE' })
  })

  it('takes it as a field, which the route does not see', async () => {
    expect((await write({ headers, fields: { a: '1', _csrf: tokenOf('s-1') } })).statusCode).toBe(200)
    expect(done).toEqual([{ a: '1' }])
  })

  it('takes it as a header, whatever the method', async () => {
    const withToken = { ...headers, 'x-csrf-token': tokenOf('s-1') }
    expect((await write({ headers: withToken })).statusCode).toBe(200)
    expect((await write({ headers: withToken, method: 'DELETE' })).statusCode).toBe(200)
    expect(done).toEqual([{ a: '1' }, 'deleted'])
  })

  it.each([
    ["another session's", () => tokenOf('s-2')],
    ['none', () => ''],
    ['a changed one', () => `${tokenOf('s-1').slice(0, -1)}!`],
    ['one that was made up', () => 'x-y-z'],
  ])('is refused with %s', async (_what, token) => {
    await expectRefused({ headers, fields: { a: '1', _csrf: token() } })
    await expectRefused({ headers: { ...headers, 'x-csrf-token': token() } })
  })

  it('is refused with the token of a program that has another key', async () => {
    const other = await server('another key')
    const token = other.formToken(askerFor({ via: 'session', session: 's-1' })) ?? ''
    await other.close()
    await expectRefused({ headers, fields: { a: '1', _csrf: token } })
  })

  it('is refused with a wrong header, whatever its field says', async () => {
    const wrong = { ...headers, 'x-csrf-token': 'x-y-z' }
    await expectRefused({ headers: wrong, fields: { a: '1', _csrf: tokenOf('s-1') } })
  })

  it('is looked at for its token before its schema', async () => {
    await expectRefused({ headers, fields: { b: '1' } })
  })

  it('takes the token of any process with the same key, for as long as the session lasts', async () => {
    const other = await server('one key')
    const token = other.formToken(askerFor({ via: 'session', session: 's-1' })) ?? ''
    await other.close()
    for (const again of [1, 2]) {
      expect((await write({ headers, fields: { a: `${again}`, _csrf: token } })).statusCode).toBe(200)
    }
  })
})

describe('Whoever comes without a session', () => {
  it.each(['key', 'token'] as const)('by a %s needs no form token', async (via) => {
    expect((await write({ headers: as({ via }) })).statusCode).toBe(200)
    expect(app.formToken(askerFor({ via }))).toBeNull()
  })

  it('as nobody needs none either', async () => {
    expect((await write({ url: '/anybody' })).statusCode).toBe(200)
    expect(app.formToken(null)).toBeNull()
  })
})

it('Reading needs no form token', async () => {
  const answer = await app.inject({ url: '/read', headers: { host: 'localhost', ...ofSession('s-1') } })
  expect(answer.statusCode).toBe(200)
})

describe('A form with a file', () => {
  const part = (name: string, value: string, file = '') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
  const file = part('file', 'a,b', '; filename="a.csv"')
  const send = (parts: string[], { url = '/upload', ...headers }: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: {
        host: 'localhost',
        'content-type': 'multipart/form-data; boundary=b',
        ...ofSession('s-1'),
        ...headers,
      },
      payload: `${parts.join('')}--b--\r\n`,
    })

  it('carries its token as its first field', async () => {
    const answer = await send([part('_csrf', tokenOf('s-1')), part('note', 'x'), file])
    expect([answer.statusCode, done]).toEqual([200, [['a.csv', 3]]])
  })

  it('or as a header', async () => {
    const answer = await send([file], { 'x-csrf-token': tokenOf('s-1') })
    expect([answer.statusCode, done]).toEqual([200, [['a.csv', 3]]])
  })

  it.each([
    ['no token', () => [file]],
    ['a wrong one', () => [part('_csrf', 'x-y-z'), file]],
    ["another session's", () => [part('_csrf', tokenOf('s-2')), file]],
    ['one behind the file', () => [file, part('_csrf', tokenOf('s-1'))]],
    ['one that is a file', () => [part('_csrf', tokenOf('s-1'), '; filename="t"'), file]],
  ])('is refused with %s, and nothing of it is read', async (_what, parts) => {
    const answer = await send(parts())
    expect([answer.statusCode, answer.json().error, done]).toEqual([403, 'csrf', []])
  })

  it('is refused by a route that would not look at its parts', async () => {
    const answer = await send([part('_csrf', tokenOf('s-1')), file], { url: '/anybody' })
    expect([answer.statusCode, answer.json().error, done]).toEqual([403, 'csrf', []])
  })
})
