import { setTimeout as pause } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as } from '../platform/accounts/testing.ts'
import { type TestWeb, testWeb } from './testing.ts'

const lines: string[] = []
let web: TestWeb
/** Every field of an address, with `@` in its place. */
let fields: string[]

interface Parameter {
  name: string
  in: string
}

/** Its answer has no end. */
const endless = '/live/events'

beforeAll(async () => {
  web = await testWeb(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }))
  // Nobody else asks as much.
  const value = 1_000_000
  const limits = ['HOURLY_LIMIT', 'DAILY_LIMIT'].map((configName) => ({ configName, value }))
  await web.context.settings.change(limits, { accountId: null })
  const answer = await web.app.inject({ url: '/docs/json', headers: { host: 'localhost' } })
  const document: { paths: Record<string, { get?: { parameters?: Parameter[] } }> } = answer.json()
  fields = Object.entries(document.paths).flatMap(([path, { get }]) =>
    path === endless
      ? []
      : (get?.parameters ?? [])
          .filter((parameter) => parameter.in === 'query' || parameter.in === 'path')
          .map(({ name, in: place }) =>
            (place === 'path' ? path.replace(`{${name}}`, '@') : `${path}?${name}=@`).replace(
              /\{\w+\}/g,
              '1',
            ),
          ),
  )
  // Of pages alone, for people who are not signed in.
  fields.push('/signin?next=@', '/signin/code?next=@', '/signin/link?token=@', '/assets/x/@', '/assets/@/@')
})
afterAll(() => web.stop())

/** Asks every call that reads, as a program and as a browser, with this text in each of its fields. */
async function everywhere(text: string) {
  const answers = []
  for (const field of fields)
    for (const accept of ['application/json', 'text/html']) {
      const answer = await web.app.inject({
        url: field.replaceAll('@', encodeURIComponent(text)),
        headers: { host: 'localhost', accept, ...as({ role: 'admin', via: 'session' }) },
      })
      const { location = '', 'set-cookie': cookies = '' } = answer.headers
      answers.push({
        call: `${accept} ${field}`,
        status: answer.statusCode,
        html: String(answer.headers['content-type']).includes('html') ? answer.body : '',
        body: answer.body,
        head: `${location} ${cookies}`,
      })
    }
  expect(answers.filter(({ status }) => status >= 500 || status === 429)).toEqual([])
  return answers
}

const calls = (answers: { call: string }[]) => answers.map(({ call }) => call)

describe('In any field of any call', () => {
  it('something is asked: the walks below would be short without', () => {
    expect(fields.length).toBeGreaterThan(30)
    expect(fields).toContain('/events?subject=@')
  })

  it.each(["' or 1=1; drop table factotum.account cascade; --", '";select 1;--\\\'%_', 'a\0b'])(
    'SQL is text: %j',
    async (text) => {
      await everywhere(text)
      const { rows } = await web.context.database.pool.query(
        "select to_regclass('factotum.account') as there",
      )
      expect(rows).toEqual([{ there: expect.any(String) }])
    },
  )

  it('markup is text', async () => {
    const text = `"'></title><script>alert(1)</script><img src=x onerror=alert(1)>`
    const answers = await everywhere(text)
    expect(calls(answers.filter(({ html }) => /<script>alert|<img src=x/.test(html)))).toEqual([])
    expect(answers.some(({ html }) => html.includes('&lt;script>alert(1)'))).toBe(true)
  })

  it('no header is made, and nobody is led to another site', async () => {
    const answers = await everywhere('//evil.example/\r\nset-cookie: evil=1')
    expect(calls(answers.filter(({ head }) => /^(https?:)?[/\\]{2}|evil=1/.test(head)))).toEqual([])
  })

  it.each(['../../../../../../etc/passwd', '..%2f..%2f..%2f..%2f..%2fetc%2fpasswd', '/etc/passwd'])(
    'no path leads out: %j',
    async (text) => {
      const answers = await everywhere(text)
      expect(calls(answers.filter(({ body }) => body.includes('root:')))).toEqual([])
    },
  )
})

describe('The log', () => {
  it('has no password, cookie, key, token of a link or form token, at its most talkative', async () => {
    const secrets = [
      'a secret password',
      'SESSION',
      'BEARER',
      'APIKEY',
      'LINKTOKEN',
      'FORMTOKEN',
      '4711 0815',
    ]
    const headers = {
      host: 'localhost',
      cookie: 'factotum.session_token=SESSION.SESSION; factotum.two_factor=SESSION',
      authorization: 'Bearer BEARER',
      'x-api-key': 'APIKEY',
      'x-csrf-token': 'FORMTOKEN',
    }
    const send = (url: string, payload: Record<string, string>) =>
      web.app.inject({ method: 'POST', url, headers, payload: { _csrf: 'FORMTOKEN', ...payload } })
    await send('/signin', { email: 'ada@example.org', password: 'a secret password' })
    await send('/signin/code', { code: '4711 0815' })
    await send('/signin/link', { token: 'LINKTOKEN', password: 'a secret password' })
    await web.app.inject({ url: '/signin/link?token=LINKTOKEN', headers })
    await web.app.inject({ url: '/account', headers })
    // The line of a request is written after its answer.
    while (!lines.join('').includes('"path":"/account"')) await pause(5)
    for (const secret of secrets) expect(lines.join('')).not.toContain(secret)
  })
})
