import { request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { JobError } from '@factotum/jobs'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import pino from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { errors } from '../errors/index.ts'
import { guard, type HttpServer, setErrorPage, uploadBytes } from './index.ts'
import { createHttp } from './server.ts'

const log: string[] = []
let app: HttpServer
let origin: string
let seen: unknown

const open = { config: { guard: guard.public } }

beforeEach(() => {
  log.length = 0
  seen = undefined
})

beforeAll(async () => {
  app = await createHttp({
    config: { host: '127.0.0.1', maxUploadBytes: 100_000, version: '1.2.3' },
    log: pino({ level: 'debug' }, { write: (line: string) => log.push(line) }),
    identify: async () => null,
    secretKey: 'test',
  })
  app.get('/refused', open, () =>
    Promise.reject(errors.fail('unavailable', { reason: 'Not now.' }, { retry_after: 5 })),
  )
  app.get('/broken', open, () => Promise.reject(new Error('the password is 1234')))
  app.get('/no-job', open, () => Promise.reject(new JobError.NotFound()))
  app.get('/job-conflict', open, () => Promise.reject(new JobError.Conflict('It ended already.')))
  app.get('/database-away', open, async () => {
    const client = new pg.Client({ host: '127.0.0.1', port: 1 })
    await client.connect()
  })
  app.get('/database-away-for-drizzle', open, () =>
    drizzle(new pg.Pool({ host: '127.0.0.1', port: 1 })).execute('select 1'),
  )
  app.get(
    '/letters/:id',
    { ...open, schema: { params: Type.Object({ id: Type.Integer() }) } },
    ({ params }) => params,
  )
  app.get(
    '/letters/',
    { ...open, schema: { querystring: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1 })) }) } },
    () => ['a'],
  )
  app.post(
    '/letters',
    {
      ...open,
      schema: {
        summary: 'Writes a letter',
        body: Type.Object(
          {
            title: Type.String({ minLength: 1 }),
            kind: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ title: Type.String() }) },
      },
    },
    async ({ body }, reply) => {
      seen = body
      reply.code(201)
      return { title: body.title }
    },
  )
  app.post('/form', open, ({ body }) => body)
  app.post('/upload', open, async (request) => {
    const file = await request.file()
    let size = 0
    for await (const chunk of file ? uploadBytes(file) : []) size += chunk.length
    return { name: file?.filename, size }
  })
  app.get('/big', open, () => ({ text: 'x'.repeat(20_000) }))
  app.get('/events', open, (_request, reply) =>
    reply.type('text/event-stream').send(Readable.from(['data: 1\n\n'])),
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterAll(() => app.close())

const json = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

/** Status and body of an answer. */
async function ask(path: string, init?: RequestInit): Promise<[number, Record<string, unknown>]> {
  const answer = await fetch(`${origin}${path}`, init)
  const body: Record<string, unknown> = JSON.parse(await answer.text())
  return [answer.status, body]
}

describe('An error', () => {
  it('of the table goes out with its code, sentence and fields', async () => {
    expect(await ask('/refused')).toEqual([
      503,
      { error: 'unavailable', message: 'Not now.', retry_after: 5 },
    ])
  })

  it('that nobody expected tells nothing but an id, under which the log has the rest', async () => {
    const [status, body] = await ask('/broken')
    expect(status).toBe(500)
    expect(body).toEqual({
      error: 'internal',
      message: `Something went wrong here. The log has the details under ${body.id}.`,
      id: body.id,
    })
    const line = log.find(
      (entry) => entry.includes(String(body.id)) && entry.includes('the password is 1234'),
    )
    expect(line).toContain('server.test.ts')
  })

  it('of the job engine keeps its meaning', async () => {
    expect(await ask('/no-job')).toEqual([404, { error: 'job_not_found', message: 'Job not found' }])
    expect(await ask('/job-conflict')).toEqual([409, { error: 'job_conflict', message: 'It ended already.' }])
  })

  it('of a database that is away is 503, not 500', async () => {
    for (const path of ['/database-away', '/database-away-for-drizzle'])
      expect(await ask(path)).toMatchObject([503, { error: 'database_away' }])
  })

  it.each([
    ['not there', '/nowhere', undefined, 404, 'not_found'],
    ['a method that is not there', '/letters', { method: 'PATCH' }, 404, 'not_found'],
    ['an id that is none', '/letters/x', undefined, 404, 'not_found'],
    ['an address that can not be read', '/letters/%', undefined, 400, 'bad_request'],
    ['a query that breaks the schema', '/letters/?limit=0', undefined, 422, 'invalid'],
    ['JSON that is none', '/letters', json('{'), 400, 'bad_request'],
    ['an empty body', '/letters', json(''), 400, 'bad_request'],
    ['a body over the limit', '/letters', json({ title: 'x'.repeat(2_000_000) }), 413, 'too_large'],
    ['a body of another type', '/letters', { method: 'POST', body: 'x' }, 415, 'unsupported_type'],
    ['no multipart', '/upload', json({}), 415, 'unsupported_type'],
    [
      'broken multipart',
      '/upload',
      multipart('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx'),
      400,
      'bad_request',
    ],
    ['multipart without a boundary', '/upload', multipart('x', 'multipart/form-data'), 400, 'bad_request'],
  ])('for %s is %s → %i', async (_what, path, init, status, error) => {
    const [got, body] = await ask(path, init)
    expect([got, body.error]).toEqual([status, error])
    expect(body.message).toMatch(/\S.*\.$/)
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|FST_/)
  })

  it('of the schema names the field and the rule', async () => {
    expect(await ask('/letters', json({}))).toEqual([
      422,
      {
        error: 'invalid',
        message: 'title is missing.',
        details: [{ field: 'title', message: 'is missing' }],
      },
    ])
    expect(await ask('/letters', json({ title: 'x', color: 'red' }))).toMatchObject([
      422,
      { message: 'color is not known here.' },
    ])
    expect(await ask('/letters', json({ title: '' }))).toMatchObject([422, { details: [{ field: 'title' }] }])
    expect(seen).toBeUndefined()
  })

  it('is a page for a browser, with what came in escaped', async () => {
    const answer = await fetch(`${origin}/<script>alert(1)</script>`, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(await answer.text()).not.toContain('<script>')
  })

  it('is drawn by whoever says how', async () => {
    const other = await createHttp({
      config: { host: '127.0.0.1', maxUploadBytes: 1, version: '' },
      log: pino({ level: 'silent' }),
      identify: async () => null,
      secretKey: 'test',
    })
    setErrorPage(other, (_request, reply, { code }) => reply.type('text/html').send(`<p>${code}`))
    const answer = await other.inject({ url: '/x', headers: { accept: 'text/html' } })
    expect([answer.statusCode, answer.body]).toEqual([404, '<p>not_found'])
    const piece = await other.inject({ url: '/x', headers: { 'hx-request': 'true' } })
    expect(piece.body).toBe('<p>not_found')
    await other.close()
  })
})

describe('A path', () => {
  it.each(['/letters', '/big', '/letters/7'])(
    'answers the same with and without its trailing slash: %s',
    async (path) => {
      const [without, withSlash] = await Promise.all([ask(path), ask(`${path}/`)])
      expect(withSlash).toEqual(without)
      expect(without[0]).toBe(200)
    },
  )

  it('takes writes with and without it', async () => {
    expect(await ask('/letters/', json({ title: 'x' }))).toEqual([201, { title: 'x' }])
    expect(await ask('/letters', json({ title: 'x' }))).toEqual([201, { title: 'x' }])
  })
})

describe('A request', () => {
  it('has an id, its own where it brought a plain one', async () => {
    const idOf = async (id?: string) =>
      (await fetch(`${origin}/big`, id === undefined ? {} : { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      )
    expect(await idOf()).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf('order-7')).toBe('order-7')
    expect(await idOf('a b"{}')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf('x'.repeat(300))).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is logged without its query', async () => {
    await fetch(`${origin}/letters?limit=7`)
    await expect.poll(() => log.join('')).toContain('"path":"/letters"')
    expect(log.join('')).not.toContain('limit=7')
  })

  it('may be a form', async () => {
    const body = new URLSearchParams([
      ['a', '1'],
      ['b', '2'],
      ['b', '3'],
      ['__proto__', 'x'],
    ])
    const answer = await fetch(`${origin}/form`, { method: 'POST', body })
    expect(await answer.text()).toBe('{"a":"1","b":["2","3"],"__proto__":"x"}')
  })

  it('may bring a file', async () => {
    const form = new FormData()
    form.append('file', new Blob(['x'.repeat(50_000)]), 'a.csv')
    expect(await ask('/upload', { method: 'POST', body: form })).toEqual([
      200,
      { name: 'a.csv', size: 50_000 },
    ])
  })

  it('with a file over the limit is told so, even when its sender reads only at the end', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    const answer = await sendAll('/upload', Readable.from(parts(head, 'x'.repeat(65_536), 200)))
    expect(answer.statusCode).toBe(413)
    expect(JSON.parse(await text(answer))).toMatchObject({ error: 'too_large' })
  })
})

describe('A client that leaves in the middle of its upload', () => {
  it('is no error of ours', async () => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    socket.write(
      'POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90000\r\n' +
        'Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n' +
        'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nbegun',
    )
    await setTimeout(50)
    socket.destroy()
    await expect.poll(() => log.join('')).toContain('the client left')
    expect(log.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

describe('A page of another site', () => {
  const write = (headers: Record<string, string>) => ask('/letters', json({ title: 'x' }, headers))

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:1' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('can not write: %j', async (headers) => {
    expect(await write(headers)).toMatchObject([403, { error: 'cross_site' }])
    expect(seen).toBeUndefined()
  })

  it('is not our own page, a person at the address line, or a program', async () => {
    expect((await write({ origin }))[0]).toBe(201)
    expect((await write({ 'sec-fetch-site': 'same-origin', origin }))[0]).toBe(201)
    expect((await write({ 'sec-fetch-site': 'none' }))[0]).toBe(201)
    expect((await write({}))[0]).toBe(201)
  })

  it.each([
    'evil.example',
    'evil.example:3000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ])('can not come in by another name for this machine: %j', async (host) => {
    const answer = await app.inject({ url: '/big', headers: { host } })
    expect([answer.statusCode, answer.json().error]).toEqual([421, 'wrong_host'])
  })

  it('can not come in without a name', async () => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    socket.end('GET /big HTTP/1.0\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1.1 421 /)
  })

  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '127.0.0.2', '[::1]:3000'])(
    'is not %s',
    async (host) => {
      expect((await app.inject({ url: '/big', headers: { host } })).statusCode).toBe(200)
    },
  )
})

describe('An answer', () => {
  it('lets a browser load nothing from elsewhere and run nothing inline', async () => {
    const { headers } = await fetch(`${origin}/big`)
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self';script-src 'self';style-src 'self';connect-src 'self';img-src 'self' data:;" +
        "font-src 'self';object-src 'none';base-uri 'none';frame-ancestors 'none';form-action 'self'",
    )
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    ['https://office.example.org', 'max-age=31536000'],
    ['http://office.example.org', undefined],
  ])('asks browsers for https alone where that is the address of people: %s', async (publicUrl, asked) => {
    const other = await createHttp({
      config: { host: '127.0.0.1', publicUrl, maxUploadBytes: 1, version: '' },
      log: pino({ level: 'silent' }),
      identify: async () => null,
      secretKey: 'test',
    })
    const { headers } = await other.inject({ url: '/x', headers: { host: 'office.example.org' } })
    expect(headers['strict-transport-security']).toBe(asked)
    await other.close()
  })

  it('is compressed when it is worth it, but never an event stream', async () => {
    const accept = { headers: { 'accept-encoding': 'gzip' } }
    expect((await fetch(`${origin}/big`, accept)).headers.get('content-encoding')).toBe('gzip')
    expect((await fetch(`${origin}/letters`, accept)).headers.get('content-encoding')).toBeNull()
    expect((await fetch(`${origin}/events`, accept)).headers.get('content-encoding')).toBeNull()
  })

  it('need not come again when it is the same', async () => {
    const etag = (await fetch(`${origin}/big`)).headers.get('etag') ?? ''
    expect((await fetch(`${origin}/big`, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })
})

describe('The description of the API', () => {
  it('has each route with its schemas', async () => {
    const [status, document] = await ask('/docs/json')
    expect(status).toBe(200)
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Factotum', version: '1.2.3' },
      paths: { '/letters': { post: { summary: 'Writes a letter', responses: { 201: {} } } } },
    })
  })

  it('can be tried on a page that keeps to the policy', async () => {
    const page = await fetch(`${origin}/docs`, { headers: { accept: 'text/html' } })
    const html = await page.text()
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(html).not.toMatch(/<script(?![^>]*src=)/)
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, path = '']) => new URL(path, `${origin}/docs`),
    )
    expect(assets.length).toBeGreaterThan(4)
    for (const url of assets) {
      expect(url.origin).toBe(origin)
      const asset = await fetch(url)
      expect([asset.status, (await asset.text()).length > 0]).toEqual([200, true])
    }
  })
})

function multipart(body: string, type = 'multipart/form-data; boundary=b') {
  return { method: 'POST', headers: { 'content-type': type }, body }
}

function* parts(head: string, chunk: string, times: number) {
  yield head
  for (let sent = 0; sent < times; sent++) yield chunk
  yield '\r\n--b--\r\n'
}

/** Sends the whole body before it looks at the answer, as browsers do. */
function sendAll(path: string, body: Readable): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
    let sent = false
    sending.on('finish', () => {
      sent = true
    })
    sending.on('error', reject)
    sending.on('response', (answer) =>
      sent ? resolve(answer) : sending.once('finish', () => resolve(answer)),
    )
    body.pipe(sending)
  })
}
