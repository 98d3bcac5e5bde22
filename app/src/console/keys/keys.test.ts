import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../platform/accounts/roles.ts'
import { tokenOf } from '../../platform/accounts/testing/visit.ts'
import { type TestConsole, testConsole } from '../testing.ts'

let test: TestConsole
/** Cookies of people who are signed in. */
let ada: string
let bob: string
let bobId: string

beforeAll(async () => {
  test = await testConsole([], 'sessions')
  const { accounts } = test.context
  const link = await accounts.firstAdministratorLink()
  ada = await follow(link ?? '')
  await sql("update factotum.account set name = 'Ada', email = 'ada@example.org'")
  bobId = await account('Bob', 'staff', 'bob@example.org')
  bob = await follow(await accounts.signInLink('bob@example.org'))
})
afterAll(() => test.close())

const sql = async (text: string, values: unknown[] = []) =>
  (await test.context.database.pool.query(text, values)).rows

async function account(name: string, role: Role | null, email: string): Promise<string> {
  const values = [name, role, email]
  const made = 'insert into factotum.account (name, role, email) values ($1, $2, $3) returning id'
  return (await sql(made, values))[0].id
}

async function follow(link: string): Promise<string> {
  const followed = await test.context.accounts.followLink(tokenOf(link), {
    headers: {},
    address: '192.0.2.1',
  })
  if (followed.choose !== null) throw new Error('The link has not signed in.')
  return followed.cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
}

interface Answer {
  status: number
  body: string
  json: Record<string, never> & { error?: string; message?: string }
  location: string | undefined
}

type Headers = Record<string, string>

/** Asks as a program does, or with `text/html` as a browser. */
async function ask(method: 'GET' | 'POST', url: string, headers: Headers, payload?: object | string) {
  const answer = await test.app.inject({
    method,
    url,
    headers: { host: 'localhost', accept: 'application/json', ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
  const isJson = String(answer.headers['content-type']).includes('json')
  const told: Answer = {
    status: answer.statusCode,
    body: answer.body,
    json: isJson ? answer.json() : {},
    location: answer.headers.location?.toString(),
  }
  return told
}

/** The headers of who sits at a browser and sends a form of ours. */
async function at(cookie: string): Promise<Headers> {
  const asker = await test.context.accounts.identify({ headers: { cookie } })
  return { cookie, 'x-csrf-token': test.app.formToken(asker) ?? '' }
}

const withKey = (key: string): Headers => ({ 'x-api-key': key })

/** Makes a key over HTTP; answers it and what is told of it. */
async function make(cookie: string, more: object = {}): Promise<{ secret: string; id: string }> {
  const { status, json } = await ask('POST', '/keys', await at(cookie), {
    name: 'Nightly import',
    scopes: ['all'],
    ...more,
  })
  expect([status, json.message]).toEqual([201, undefined])
  const { secret, key } = json as unknown as { secret: string; key: { id: string } }
  return { secret, id: key.id }
}

describe('A key', () => {
  it('is shown once, and kept as its hash alone', async () => {
    const { secret, id } = await make(ada)
    expect(secret).toMatch(/^fct_[0-9a-f]{12}_[0-9a-f]{64}$/)
    for (const url of ['/keys', `/keys/${id}`]) {
      const { status, body } = await ask('GET', url, { cookie: ada })
      expect(status).toBe(200)
      expect(body).toContain(secret.slice(0, 16))
      expect(body).not.toContain(secret.slice(17))
    }
    const stored = JSON.stringify(
      await sql('select k::text, encode(hash, $1) from factotum.api_key k', ['hex']),
    )
    expect(stored).not.toContain(secret.slice(17))
  })

  it('lets in by either header, without a form token, and tells when it was used', async () => {
    const { secret, id } = await make(ada)
    const before = await ask('GET', `/keys/${id}`, { cookie: ada })
    expect(before.json).toMatchObject({ last_used_at: null, state: 'active' })
    for (const headers of [withKey(secret), { authorization: `Bearer ${secret}` }]) {
      expect((await ask('GET', '/people', headers)).status).toBe(200)
      expect((await ask('POST', `/people/${bobId}/role`, headers, { role: 'staff' })).status).toBe(200)
    }
    const after = await ask('GET', `/keys/${id}`, { cookie: ada })
    expect(Date.parse(String(after.json.last_used_at))).toBeGreaterThan(Date.now() - 60_000)
  })

  it('that is no good is 401, also beside a cookie that is', async () => {
    const { secret } = await make(ada)
    const revoked = await make(ada)
    await ask('POST', `/keys/${revoked.id}/revoke`, await at(ada))
    const expired = await make(ada)
    await sql("update factotum.api_key set expires_at = now() - interval '1 s' where id = $1", [expired.id])
    const last = secret.endsWith('0') ? '1' : '0'
    const wrong = `${secret.slice(0, -1)}${last}`
    const bad = [wrong, revoked.secret, expired.secret, secret.slice(0, -1), `${secret}0`, 'fct_', '', 'x']
    for (const key of bad)
      for (const headers of [withKey(key), { authorization: `Bearer ${key}` }])
        for (const cookie of [{}, { cookie: ada }]) {
          const { status, json } = await ask('GET', '/people', { ...headers, ...cookie })
          expect([key, status, json.error]).toEqual([key, 401, 'unauthenticated'])
        }
    expect((await ask('GET', '/people', withKey(secret))).status).toBe(200)
    // What a proxy asks for is not about us.
    const basic = { authorization: 'Basic YTpi', cookie: ada }
    expect((await ask('GET', '/people', basic)).status).toBe(200)
  })

  it('may at most what its account may, as that stands now', async () => {
    const { secret } = await make(bob)
    expect((await ask('GET', '/keys', withKey(secret))).status).toBe(200)
    expect((await ask('GET', '/people', withKey(secret))).status).toBe(403)
    const set = (column: string, value: string | null) =>
      sql(`update factotum.account set ${column} = $1 where id = $2`, [value, bobId])
    await set('role', 'operator_manager')
    expect((await ask('GET', '/people', withKey(secret))).status).toBe(200)
    await set('role', null)
    expect((await ask('GET', '/people', withKey(secret))).status).toBe(403)
    await set('role', 'staff')
    await set('deactivated_at', new Date().toISOString())
    expect((await ask('GET', '/keys', withKey(secret))).status).toBe(401)
    await set('deactivated_at', null)
    expect((await ask('GET', '/keys', withKey(secret))).status).toBe(200)
  })

  it('may at most what it is for', async () => {
    const { secret } = await make(ada, { scopes: ['people.read', 'queues'] })
    expect((await ask('GET', '/people', withKey(secret))).status).toBe(200)
    expect((await ask('GET', '/queues', withKey(secret))).status).toBe(200)
    const { status, json } = await ask('POST', '/people', withKey(secret), { email: 'x@example.org' })
    expect([status, json.message]).toEqual([
      403,
      'You may not do this. This key is for queues, people.read. It needs one with the scope people.edit.',
    ])
  })

  it('makes no other key, but can end itself', async () => {
    const { secret, id } = await make(ada)
    const made = await ask('POST', '/keys', withKey(secret), { name: 'Another', scopes: ['all'] })
    expect([made.status, made.json.message]).toEqual([403, 'You may not do this. A key makes no other keys.'])
    expect((await ask('POST', `/keys/${id}/revoke`, withKey(secret))).json.state).toBe('revoked')
    expect((await ask('GET', '/keys', withKey(secret))).status).toBe(401)
  })

  it('invites, but gets nobody’s link, with which it could sign in as them', async () => {
    const { secret } = await make(ada, { scopes: ['people'] })
    const [{ id: adaId }] = await sql("select id from factotum.account where email = 'ada@example.org'")
    const links = () => sql('select count(*)::int as links from factotum.sign_in_link')
    const before = await links()
    for (const accept of ['application/json', 'text/html'])
      for (const id of [adaId, bobId]) {
        const { status, body } = await ask('POST', `/people/${id}/link`, { ...withKey(secret), accept })
        expect([accept, status]).toEqual([accept, 403])
        expect(body).toContain('A key sends no links')
      }
    expect(await links()).toEqual(before)

    const carol = { email: 'carol@example.org', name: 'Carol', role: 'admin' }
    const invited = await ask('POST', '/people', withKey(secret), carol)
    expect([invited.status, invited.json]).toMatchObject([201, { person: { status: 'invited' }, link: null }])
    const html = { ...withKey(secret), accept: 'text/html' }
    const dan = await ask('POST', '/people/invite', html, { ...carol, email: 'dan@example.org' })
    expect([dan.status, dan.location]).toEqual([303, expect.stringMatching(/^\/people\/[\w-]{36}$/)])
    expect(invited.body + dan.body).not.toContain('/signin/link')

    const by = await at(ada)
    const eve = await ask('POST', '/people', by, { ...carol, email: 'eve@example.org' })
    expect(eve.json.link).toContain('/signin/link?token=')
    const again = await ask('POST', `/people/${bobId}/link`, by)
    expect([again.status, again.json.link]).toEqual([200, expect.stringContaining('/signin/link?token=')])
  })

  it('may have limits of its own, which come with who asks', async () => {
    const { secret } = await make(ada, { hourly_limit: 7 })
    const asker = await test.context.accounts.identify({ headers: withKey(secret) })
    expect(asker?.limits).toEqual({ hourly: 7, daily: null })
  })
})

describe('Keys', () => {
  it('are seen and revoked by who has them, and by who may see all', async () => {
    const adas = await make(ada)
    const bobs = await make(bob)
    const seen = async (cookie: string) => (await ask('GET', '/keys', { cookie })).body
    expect(await seen(ada)).toContain(bobs.id)
    expect(await seen(bob)).toContain(bobs.id)
    expect(await seen(bob)).not.toContain(adas.id)
    for (const id of [adas.id, 'x', 'a%00b', '00000000-0000-0000-0000-000000000000']) {
      expect((await ask('GET', `/keys/${id}`, { cookie: bob })).status).toBe(404)
      expect((await ask('POST', `/keys/${id}/revoke`, await at(bob))).status).toBe(404)
    }
    expect((await ask('GET', '/keys', withKey(adas.secret))).status).toBe(200)
    expect((await ask('POST', `/keys/${bobs.id}/revoke`, await at(ada))).json.state).toBe('revoked')
  })

  it('are made for oneself; by administrators for programs, too, and for no other person', async () => {
    const [{ id: adaId }] = await sql("select id from factotum.account where name = 'Ada'")
    const refused: [string, object][] = [
      [bob, { account: adaId }],
      [bob, { role: 'admin' }],
      [ada, { account: bobId }],
    ]
    for (const [cookie, owner] of refused) {
      const body = { name: 'x', scopes: ['all'], ...owner }
      expect((await ask('POST', '/keys', await at(cookie), body)).status).toBe(403)
    }
    const first = await make(ada, { role: 'operator' })
    const asker = await test.context.accounts.identify({ headers: withKey(first.secret) })
    expect(asker).toMatchObject({
      account: { name: 'Nightly import', email: null, role: 'operator', service: true },
      via: 'key',
      scopes: ['all'],
      keyId: first.id,
    })
    const second = await make(ada, { account: asker?.account.id })
    expect((await test.context.accounts.identify({ headers: withKey(second.secret) }))?.account).toEqual(
      asker?.account,
    )
    await sql('update factotum.account set deactivated_at = now() where id = $1', [asker?.account.id])
    const body = { name: 'x', scopes: ['all'], account: asker?.account.id }
    expect((await ask('POST', '/keys', await at(ada), body)).json.error).toBe('account_deactivated')
  })

  it.each([
    [{ name: ' ' }, 'The name must have 1 to 200 letters.'],
    [{ scopes: [] }, /^A key needs a scope. There are: all, jobs, jobs.read, /],
    [{ scopes: ['jobs', 'jbos'] }, /^There is no scope "jbos". There are: all, /],
    [{ expires_at: '2020-01-01T00:00:00Z' }, /^The expiry must lie in the future/],
    [{ hourly_limit: 0 }, /^hourly_limit must be a whole number from 1 to 2147483647/],
  ])('are refused with a sentence where they make no sense: %j', async (wrong, sentence) => {
    const body = { name: 'Import', scopes: ['all'], ...wrong }
    const { status, json } = await ask('POST', '/keys', await at(ada), body)
    expect(status).toBe(422)
    expect(json.message).toMatch(sentence)
  })

  it('that are made and revoked stand in the event log, once', async () => {
    const { id } = await make(bob, { scopes: ['jobs.read'] })
    await ask('POST', `/keys/${id}/revoke`, await at(ada))
    await ask('POST', `/keys/${id}/revoke`, await at(ada))
    const { events } = await test.context.events.readSubject({ kind: 'key', id })
    const [{ id: adaId }] = await sql("select id from factotum.account where name = 'Ada'")
    const request = expect.any(String)
    expect(events).toMatchObject([
      { code: 'REVOKED', createdBy: adaId, context: { name: 'Nightly import' }, correlationId: request },
      {
        code: 'MADE',
        createdBy: bobId,
        context: { name: 'Nightly import', account: bobId, scopes: ['jobs.read'], expires_at: null },
        correlationId: request,
      },
    ])
  })
})

describe('The pages of keys', () => {
  const html = { accept: 'text/html' }
  const send = async (cookie: string, url: string, fields: [string, string][] = []) =>
    ask(
      'POST',
      url,
      { ...html, ...(await at(cookie)), 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams(fields).toString(),
    )
  const form = (more: [string, string][]): [string, string][] => [
    ['days', '30'],
    ['hourly_limit', ''],
    ['daily_limit', '9'],
    ...more,
  ]

  it('make a key, show it once, and revoke it', async () => {
    const made = await send(
      ada,
      '/keys/new',
      form([
        ['name', 'Paper feed'],
        ['whose', 'role:staff'],
        ['scopes', 'files'],
        ['scopes', 'jobs.read'],
      ]),
    )
    expect(made.status).toBe(200)
    const secret = /fct_[0-9a-f]{12}_[0-9a-f]{64}/.exec(made.body)?.[0] ?? ''
    const asker = await test.context.accounts.identify({ headers: withKey(secret) })
    expect(asker).toMatchObject({
      account: { name: 'Paper feed', role: 'staff' },
      scopes: ['jobs.read', 'files'],
      limits: { hourly: null, daily: 9 },
    })
    const page = await ask('GET', `/keys/${asker?.keyId}`, { ...html, cookie: ada })
    expect(page.body).toContain('Revoke this key')
    expect(page.body).not.toContain(secret)
    expect(await send(ada, `/keys/${asker?.keyId}/revoke`)).toMatchObject({
      status: 303,
      location: `/keys/${asker?.keyId}`,
    })
    expect(await test.context.accounts.identify({ headers: withKey(secret) })).toBeNull()
  })

  it('bring the form back with what was typed and what is wrong', async () => {
    const { status, body } = await send(ada, '/keys/new', form([['name', 'Paper feed']]))
    expect(status).toBe(422)
    expect(body).toContain('value="Paper feed"')
    expect(body).toContain('A key needs a scope.')
    const again = await send(
      ada,
      '/keys/new',
      form([
        ['name', ''],
        ['scopes', 'files'],
      ]),
    )
    expect(again.body).toMatch(/value="files" checked/)
  })

  it('offer what the account has, and other accounts only to who may make keys for them', async () => {
    const { body } = await ask('GET', '/keys/new', { ...html, cookie: bob })
    expect(body).toContain('value="files.upload"')
    expect(body).not.toContain('value="people')
    expect(body).not.toContain('name="whose"')
    expect((await ask('GET', '/keys/new', { ...html, cookie: ada })).body).toContain('name="whose"')
  })
})
