import { setTimeout as pause } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedIn } from '../platform/accounts/testing/signed-in.ts'
import { addressFields, type Description, describedFields, type Field, formFields } from './testing/fields.ts'
import { type TestWeb, testWeb } from './testing.ts'

const lines: string[] = []
let web: TestWeb
let fields: Field[]
/** An administrator's session, and the token that its writes need. */
let who: Record<string, string>

/** Its answer has no end. */
const endless = '/live/events'

/** What people send from pages. */
const forms = {
  '/account/name': ['name', 'email'],
  '/people/invite': ['name', 'email', 'role'],
  '/people/1/role': ['role'],
  '/keys/new': ['name', 'scopes', 'whose', 'days', 'hourly_limit', 'daily_limit'],
  '/logs/clear': ['days'],
  '/settings': ['ORGANISATION_NAME', 'TIME_ZONE', 'OUTPUT_ROOTS', 'seen.ORGANISATION_NAME'],
  '/signin/forgotten': ['email'],
}
/** Those without a description; the last ones show what was sent before. */
const pages = [
  '/signin?next=@',
  '/signin/code?next=@',
  '/signin/link?token=@',
  '/assets/x/@',
  '/assets/@/@',
  '/',
  '/account',
  '/people',
  '/keys',
  '/settings',
  '/events',
  '/logs/files?skip=@',
]

beforeAll(async () => {
  web = await testWeb(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }))
  // Nobody else asks as much.
  const value = 1_000_000
  const limits = ['HOURLY_LIMIT', 'DAILY_LIMIT'].map((configName) => ({ configName, value }))
  await web.context.settings.change(limits, { accountId: null })
  const { asker, headers } = await signedIn(web.context, 'admin')
  who = { ...headers, 'x-csrf-token': web.app.formToken(asker) ?? '' }
  const answer = await web.app.inject({ url: '/docs/json', headers: { host: 'localhost' } })
  const { paths }: Description = answer.json()
  delete paths[endless]
  fields = [...formFields(forms), ...describedFields({ paths }), ...addressFields(pages)]
})
afterAll(() => web.stop())

/** Makes every call, as a program and as a browser, with this text in each of its fields. */
async function everywhere(text: string, among = fields) {
  // Signing in is counted apart, for each address.
  await web.context.database.pool.query('truncate factotum.sign_in_limit')
  const answers = []
  for (const { name, accepts, call } of among)
    for (const accept of accepts) {
      const { form, ...request } = call(text)
      const type = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
      const answer = await web.app.inject({
        ...request,
        headers: { host: 'localhost', accept, ...type, ...who },
      })
      const { location = '', 'set-cookie': cookies = '' } = answer.headers
      answers.push({
        call: `${accept} ${name}`,
        status: answer.statusCode,
        html: String(answer.headers['content-type']).includes('html') ? answer.body : '',
        body: answer.body,
        head: `${location} ${cookies}`,
      })
    }
  const unfit = answers.filter(({ status }) => status >= 500 || status === 429)
  expect(unfit.map(({ call, status }) => `${status} ${call}`)).toEqual([])
  return answers
}

const calls = (answers: { call: string }[]) => answers.map(({ call }) => call)

describe('In any field of any call', () => {
  it('something is asked: the walks below would be short without', () => {
    expect(fields.length).toBeGreaterThan(80)
    expect(fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'GET /events ?subject',
        'POST /people/{id}/role id',
        'POST /people .email',
        'POST /settings .value',
        'POST /jobs/bulk .filter.*',
        'PUT /schedules/{name} .options.queue',
        'POST /keys/new name',
      ]),
    )
  })

  it('something gets far: what is plain is kept, and shown', async () => {
    const kept = [
      'POST /account/name name',
      'POST /people/invite name',
      'POST /keys/new name',
      'POST /settings ORGANISATION_NAME',
      'POST /people .name',
      'POST /keys .name',
      'POST /settings .value',
      ...['/account', '/people', '/keys', '/settings', '/events'].map((page) => `GET ${page}`),
    ]
    const answers = await everywhere(
      'Nobody else',
      fields.filter(({ name }) => kept.includes(name)),
    )
    expect(calls(answers.filter(({ status }) => status >= 400))).toEqual([])
    const shown = calls(answers.filter(({ html }) => html.includes('Nobody else')))
    expect(shown).toEqual(
      expect.arrayContaining(
        ['/account', '/people', '/keys', '/settings'].map((page) => `text/html GET ${page}`),
      ),
    )
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
    lines.length = 0
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
