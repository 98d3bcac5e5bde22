import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Browser, tokenOf } from '../../platform/accounts/testing/visit.ts'
import { type TestConsole, testConsole } from '../testing.ts'

const password = 'correct horse battery'
let test: TestConsole
beforeAll(async () => {
  test = await testConsole([], 'sessions')
})
afterAll(() => test.close())
afterEach(async () => {
  await test.context.database.pool.query(
    'truncate factotum.account, factotum.sign_in_link, factotum.sign_in_limit, factotum.verification cascade',
  )
})

interface Answer {
  status: number
  html: string
  location: string | undefined
}

/** A browser without JavaScript: it keeps cookies, and sends forms with the token that the last page had. */
class Visitor {
  readonly browser = new Browser()
  #token: string | undefined

  async get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send('GET', url, undefined, headers)
  }

  async send(url: string, fields: Record<string, string> = {}): Promise<Answer> {
    const body = this.#token === undefined ? fields : { _csrf: this.#token, ...fields }
    return this.#send('POST', url, body)
  }

  async #send(
    method: 'GET' | 'POST',
    url: string,
    fields?: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await test.app.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        accept: 'text/html',
        cookie: this.browser.cookie,
        ...(fields ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...headers,
      },
      ...(fields ? { payload: new URLSearchParams(fields).toString() } : {}),
    })
    this.browser.take(answer.headers['set-cookie'])
    this.#token = /name="csrf-token" content="([^"]+)"/.exec(answer.body)?.[1] ?? this.#token
    const { location } = answer.headers
    return { status: answer.statusCode, html: answer.body, location: location?.toString() }
  }
}

/** Ada, who came by the first link. */
async function ada(): Promise<Visitor> {
  const visitor = new Visitor()
  const link = await test.context.accounts.firstAdministratorLink()
  expect(await visitor.get(`/signin/link?token=${tokenOf(link)}`)).toMatchObject({
    status: 303,
    location: '/account?welcome',
  })
  await visitor.get('/account?welcome')
  await visitor.send('/account/name', { name: 'Ada', email: 'ada@example.org' })
  await visitor.send('/account/password', { password })
  return visitor
}

/** Bob, whom Ada invited. */
async function bob(by: Visitor, role = 'operator'): Promise<Visitor> {
  const { html } = await by.send('/people/invite', { email: 'bob@example.org', name: 'Bob', role })
  const token = tokenOf(html)
  const visitor = new Visitor()
  expect((await visitor.get(`/signin/link?token=${token}`)).html).toContain('You are invited as')
  expect(await visitor.send('/signin/link', { token, name: 'Bob', password, email: '' })).toMatchObject({
    status: 303,
    location: '/',
  })
  await visitor.get('/account')
  return visitor
}

describe('Signing in', () => {
  it('is where everybody is sent who is not, and leads back', async () => {
    await ada()
    const visitor = new Visitor()
    const { location } = await visitor.get('/jobs?state=failed')
    expect(location).toBe('/signin?next=%2Fjobs%3Fstate%3Dfailed')
    expect((await visitor.get(location ?? '')).html).toContain(
      'action="/signin?next=%2Fjobs%3Fstate%3Dfailed"',
    )
    expect(await visitor.send(location ?? '', { email: 'ada@example.org', password })).toMatchObject({
      status: 303,
      location: '/jobs?state=failed',
    })
    expect((await visitor.get('/jobs?state=failed')).status).toBe(200)
    expect((await visitor.get('/signin?next=/queues')).location).toBe('/queues')
  })

  it.each(['https://evil.example/', '//evil.example', 'javascript:alert(1)', '/\\evil.example'])(
    'never leads to %s',
    async (next) => {
      await ada()
      const visitor = new Visitor()
      const { location } = await visitor.send(`/signin?next=${encodeURIComponent(next)}`, {
        email: 'ada@example.org',
        password,
      })
      expect(location).toBe('/')
    },
  )

  it('that fails shows the form again with the email, and says no more than that', async () => {
    await ada()
    const visitor = new Visitor()
    for (const email of ['ada@example.org', 'nobody@example.org']) {
      const { status, html } = await visitor.send('/signin', { email, password: 'wrong horse' })
      expect(status).toBe(401)
      expect(html).toContain('The email or the password is not right.')
      expect(html).toContain(`value="${email}"`)
      expect(html).not.toContain('wrong horse')
    }
  })

  it('too often is refused with when to go on', async () => {
    for (let wrong = 0; wrong < 10; wrong++)
      await new Visitor().send('/signin', { email: 'ada@example.org', password: 'wrong' })
    const answer = await test.app.inject({
      method: 'POST',
      url: '/signin',
      headers: { host: 'localhost', accept: 'application/json' },
      payload: { email: 'ada@example.org', password },
    })
    expect(answer.statusCode).toBe(429)
    expect(answer.json()).toMatchObject({ error: 'too_many_attempts', retry_after: expect.any(Number) })
  })

  it('by a program answers JSON, and a cookie', async () => {
    await ada()
    const answer = await test.app.inject({
      method: 'POST',
      url: '/signin',
      headers: { host: 'localhost', accept: 'application/json' },
      payload: { email: 'ada@example.org', password },
    })
    expect(answer.json()).toEqual({ status: 'signed_in' })
    expect(answer.headers['set-cookie']).toContainEqual(
      expect.stringMatching(/^factotum\.session_token=.*HttpOnly/),
    )
  })

  it('ends with signing out', async () => {
    const visitor = await ada()
    expect(await visitor.send('/signout')).toMatchObject({ status: 303, location: '/signin' })
    expect((await visitor.get('/account')).location).toMatch(/^\/signin/)
  })

  it('from another site is refused: nobody is signed in as somebody else', async () => {
    await ada()
    const answer = await test.app.inject({
      method: 'POST',
      url: '/signin',
      headers: {
        host: 'localhost',
        'sec-fetch-site': 'cross-site',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: `email=ada%40example.org&password=${encodeURIComponent(password)}`,
    })
    expect([answer.statusCode, answer.json().error]).toEqual([403, 'cross_site'])
    expect(answer.headers['set-cookie']).toBeUndefined()
  })
})

describe('A link that signs in', () => {
  it('is not used up by asking whether it is there, or by loading it ahead', async () => {
    const token = tokenOf(await test.context.accounts.firstAdministratorLink())
    const url = `/signin/link?token=${token}`
    const head = await test.app.inject({ method: 'HEAD', url, headers: { host: 'localhost' } })
    expect(head.statusCode).toBe(404)
    const visitor = new Visitor()
    expect((await visitor.get(url, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(204)
    expect((await visitor.get(url)).status).toBe(303)
  })

  it.each(['', 'never-made', 'x'.repeat(5_000)])(
    'is a page that says so when it is not good: %.12s',
    async (token) => {
      const { status, html } = await new Visitor().get(`/signin/link?token=${token}`)
      expect(status).toBe(410)
      expect(html).toContain('This link was used already, or is too old.')
    },
  )
})

describe('People', () => {
  it('are invited, get a role, and may then what it says', async () => {
    const by = await ada()
    const visitor = await bob(by, '')
    expect((await visitor.get('/')).html).toContain('You have no role yet')
    expect((await visitor.get('/jobs')).status).toBe(403)
    const [, id] = /\/people\/([0-9a-f-]{36})"[^>]*>Bob/.exec((await by.get('/people')).html) ?? []
    expect(await by.send(`/people/${id}/role`, { role: 'operator' })).toMatchObject({ status: 303 })
    expect((await visitor.get('/jobs')).status).toBe(200)
    const { html } = await visitor.get('/jobs')
    expect(html).not.toContain('href="/people"')
    expect((await visitor.get('/people')).status).toBe(403)
    expect((await visitor.send(`/people/${id}/role`, { role: 'admin' })).status).toBe(403)
    await by.send(`/people/${id}/deactivate`)
    expect((await visitor.get('/jobs')).location).toMatch(/^\/signin/)
  })

  it('who are the last administrator stay it, with a sentence', async () => {
    const by = await ada()
    const [, id] = /\/people\/([0-9a-f-]{36})"/.exec((await by.get('/people')).html) ?? []
    const { status, html } = await by.send(`/people/${id}/deactivate`)
    expect(status).toBe(409)
    expect(html).toContain('Ada is the last administrator. Make somebody else one first.')
  })

  it('with a wrong email are not invited; the form has what was typed', async () => {
    const by = await ada()
    const { status, html } = await by.send('/people/invite', { email: 'bob', name: 'Bob <b>', role: 'staff' })
    expect(status).toBe(422)
    expect(html).toContain('value="bob"')
    expect(html).toContain('value="Bob &lt;b>"')
    expect(html).toContain('must look like name@example.org')
  })

  it('are a list for programs, too', async () => {
    const by = await ada()
    const answer = await test.app.inject({
      url: '/people',
      headers: { host: 'localhost', accept: 'application/json', cookie: by.browser.cookie },
    })
    expect(answer.json()).toEqual({
      people: [
        {
          id: expect.any(String),
          name: 'Ada',
          email: 'ada@example.org',
          role: 'admin',
          service: false,
          status: 'active',
          two_factor: false,
          created_at: expect.any(String),
          last_sign_in_at: expect.any(String),
        },
      ],
    })
  })
})

describe('One’s own account', () => {
  it('asks who came by a link for an email and a password, and then no more', async () => {
    const visitor = await ada()
    expect((await visitor.get('/account')).html).not.toContain('account-welcome')
    await bob(visitor)
    const token = tokenOf(await test.context.accounts.signInLink('bob@example.org'))
    const other = new Visitor()
    expect((await other.get(`/signin/link?token=${token}`)).location).toBe('/account')
    expect((await other.get('/account')).html).not.toContain('account-welcome')
  })

  it('shows a wrong present password at its form', async () => {
    const visitor = await ada()
    const { status, html } = await visitor.send('/account/password', {
      current: 'wrong',
      password: 'another good one',
    })
    expect(status).toBe(422)
    expect(html).toContain('Your present password is not right.')
  })

  it('tells what happened lately; the same is on the page of events, by people’s names', async () => {
    const visitor = await ada()
    const other = await bob(visitor)
    expect((await other.get('/account')).html).toMatch(/account-log.*Signed in by a link.*Came for the/s)
    const { html } = await visitor.get('/events?key=account&code=INVITED')
    const [, id] = /href="\/events\?subject=account\+([\w-]+)">Bob<\/a>/.exec(html) ?? []
    expect(html).toMatch(/href="\/events\?by=[\w-]+">Ada<\/a>/)
    const person = (await visitor.get(`/people/${id}`)).html
    const [, log = ''] = /<a href="([^"]+)">All that happened/.exec(person) ?? []
    expect((await visitor.get(log)).html).toContain('Came for the first time')
    expect((await other.get(log)).status).toBe(403)
  })

  it('sets up an app with a code to scan and one to type, and asks for it from then on', async () => {
    const visitor = await ada()
    const { html } = await visitor.send('/account/second-factor', { password })
    expect(html).toMatch(/<svg class="qr-code" viewBox="0 0 \d+ \d+" role="img"/)
    expect(html).toMatch(/<code class="factor-secret">[A-Z2-7]{32,}<\/code>/)
    expect((await visitor.send('/account/second-factor/confirm', { code: '000000' })).status).toBe(401)
  })

  it('refuses a form whose token is of another session, and keeps what was typed', async () => {
    const visitor = await ada()
    const { status, html } = await visitor.send('/account/name', { _csrf: 'old', name: 'Countess Ada' })
    expect(status).toBe(403)
    expect(html).toContain('value="Countess Ada"')
    expect((await visitor.send('/account/name', { name: 'Countess Ada' })).status).toBe(303)
    expect((await visitor.get('/account')).html).toContain('value="Countess Ada"')
  })
})
