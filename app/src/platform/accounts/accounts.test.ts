import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOTP } from '@better-auth/utils/otp'
import type { TestDatabase } from '@factotum/postgres/testing'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventLog, type EventLog } from '../../eventlog/index.ts'
import { readConfig } from '../config/index.ts'
import { connect, type OpenDatabase } from '../database/index.ts'
import { appDatabase } from '../database/testing.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import type { Asker } from './asker.ts'
import { createAuth } from './auth.ts'
import { accountEvents, signInEvents } from './events.ts'
import type { Message } from './parts.ts'
import { sessionAge } from './rules.ts'
import { cookieOf } from './session.ts'
import { Browser, tokenOf } from './testing/visit.ts'

const password = 'correct horse battery'

// Hashing takes a tenth of a second, many times; on a machine that does much else, more.
vi.setConfig({ testTimeout: 120_000 })

let home: string
let owned: TestDatabase
let database: OpenDatabase
/** Four processes on one database and one home. */
let processes: Accounts[]
let accounts: Accounts
let events: EventLog
const sent: Message[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-accounts-'))
  owned = await appDatabase()
  database = connect(owned.url)
  const config = readConfig({ FACTOTUM_HOME: home, PUBLIC_URL: 'https://office.example.org' })
  events = createEventLog({ pool: database.pool, secret: 'of this test alone', zone: () => 'UTC' })
  events.registry.register('events.ts', [accountEvents, signInEvents])
  const options = {
    config,
    database,
    events,
    log: pino({ level: 'silent' }),
    send: async (_tx: unknown, message: Message) => void sent.push(message),
  }
  processes = await Promise.all([1, 2, 3, 4].map(() => createAccounts(options)))
  accounts = process(0)
})
afterAll(async () => {
  await database.close()
  await owned.drop()
  await rm(home, { recursive: true })
})
beforeEach(() => sent.splice(0))
afterEach(async () => {
  await accounts.settle()
  await database.pool.query(
    'truncate factotum.account, factotum.sign_in_link, factotum.sign_in_limit, factotum.verification cascade',
  )
})

function process(index: number): Accounts {
  const found = processes[index]
  if (!found) throw new Error('There is no such process.')
  return found
}

async function askerOf(browser: Browser, at = accounts): Promise<Asker> {
  const asker = await at.identify(browser.visit())
  if (!asker) throw new Error('Nobody is signed in.')
  return asker
}

/** The first administrator, signed in, with a name, an email and a password. */
async function firstAdministrator(): Promise<Browser> {
  const browser = new Browser()
  const followed = await accounts.followLink(
    tokenOf(await accounts.firstAdministratorLink()),
    browser.visit(),
  )
  if (followed.choose === null) browser.take(followed.cookies)
  const asker = await askerOf(browser)
  await accounts.rename(asker, { name: 'Ada', email: 'ada@example.org' }, browser.visit())
  await accounts.changePassword(asker, { password }, browser.visit())
  return browser
}

async function invited(role: 'admin' | 'operator' | null = 'operator', email = 'bob@example.org') {
  const by = await askerOf(await firstAdministrator())
  const { person } = await accounts.people.invite({ email, role }, by)
  const browser = new Browser()
  const { cookies } = await accounts.choosePassword(
    tokenOf(sent.at(-1)?.text),
    { password, name: 'Bob' },
    browser.visit(),
  )
  browser.take(cookies)
  return { by, bob: browser, id: person.id }
}

const signIn = (email: string, given: string, browser = new Browser()) =>
  accounts.signIn({ email, password: given }, browser.visit())

/** Says that the password is forgotten; what follows the answer has happened, too. */
async function forgot(email: string, { at = accounts, from = '192.0.2.1' } = {}) {
  const answer = await at.forgotPassword(email, new Browser(from).visit())
  await at.settle()
  return answer
}

/** How many connections wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows[0]?.count ?? 0
}

const code = (value: string) => expect.objectContaining({ code: value })

describe('The first administrator', () => {
  it('comes by a link, which makes their account', async () => {
    const link = await accounts.firstAdministratorLink()
    expect(link).toMatch(/^https:\/\/office\.example\.org\/signin\/link\?token=[\w-]{43}$/)
    const browser = new Browser()
    const followed = await accounts.followLink(tokenOf(link), browser.visit())
    expect(followed).toMatchObject({ choose: null, first: true })
    if (followed.choose === null) browser.take(followed.cookies)
    expect(await accounts.identify(browser.visit())).toMatchObject({
      account: { name: 'Administrator', email: null, role: 'admin', service: false },
      via: 'session',
      scopes: 'all',
    })
  })

  it('is one, however many links processes printed and whoever comes at once', async () => {
    const links = await Promise.all(processes.map((each) => each.firstAdministratorLink()))
    const outcomes = await Promise.allSettled(
      [...links, ...links].map((link, index) =>
        process(index % 4).followLink(tokenOf(link), new Browser().visit()),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toEqual(code('link_gone'))
    expect(await accounts.people.list()).toHaveLength(1)
  })

  it('gets another link, to the same account, until there is a way in without one', async () => {
    await accounts.followLink(tokenOf(await accounts.firstAdministratorLink()), new Browser().visit())
    const again = await accounts.firstAdministratorLink()
    await accounts.followLink(tokenOf(again), new Browser().visit())
    expect(await accounts.people.list()).toHaveLength(1)
    await firstAdministrator()
    expect(await accounts.firstAdministratorLink()).toBeNull()
  })

  it('has a quarter of an hour', async () => {
    const link = await accounts.firstAdministratorLink()
    await database.pool.query(
      "update factotum.sign_in_link set expires_at = expires_at - interval '15 minutes'",
    )
    await expect(accounts.followLink(tokenOf(link), new Browser().visit())).rejects.toEqual(code('link_gone'))
  })

  it('is no longer made by a link of yesterday, once somebody else administers', async () => {
    const link = await accounts.firstAdministratorLink()
    await firstAdministrator()
    await expect(accounts.followLink(tokenOf(link), new Browser().visit())).rejects.toEqual(code('link_gone'))
  })
})

describe('The cookie of a session', () => {
  it.each([null, 'http://office:3000', 'https://office.example.org'])(
    'is the one that better-auth sets, too, where PUBLIC_URL is %s',
    async (publicUrl) => {
      const secret = '0123456789abcdef'.repeat(4)
      const log = pino({ level: 'silent' })
      const { authCookies } = await createAuth({ config: { publicUrl }, database, log, secret }).$context
      const { maxAge, ...attributes } = authCookies.sessionToken.attributes
      expect(maxAge).toBe(sessionAge)
      expect(cookieOf({ publicUrl }, secret)).toEqual({
        name: authCookies.sessionToken.name,
        attributes,
        secret,
      })
    },
  )
})

describe('Signing in', () => {
  it('takes email and password, and makes a cookie that scripts cannot read', async () => {
    await firstAdministrator()
    const { cookies, owesCode } = await signIn(' Ada@Example.org ', password)
    expect(owesCode).toBe(false)
    const [cookie = ''] = cookies.filter((each) => each.includes('session_token'))
    expect(cookie).toMatch(/^__Secure-factotum\.session_token=/)
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/'])
      expect(cookie).toContain(attribute)
  })

  it('says the same of a wrong password and of an email that nobody has', async () => {
    await firstAdministrator()
    const failures = await Promise.allSettled([
      signIn('ada@example.org', 'wrong horse battery'),
      signIn('eve@example.org', password),
      signIn('no email at all', password),
    ])
    const told = failures.map((each) => (each.status === 'rejected' ? each.reason : null))
    expect(told[0]).toMatchObject({ status: 401, code: 'wrong_credentials' })
    for (const error of told)
      expect({ ...error, message: error.message }).toEqual({ ...told[0], message: told[0].message })
  })

  it('in one process holds in all, and ends in all', async () => {
    const browser = await firstAdministrator()
    for (const each of processes)
      expect(await each.identify(browser.visit())).toMatchObject({ account: { email: 'ada@example.org' } })
    browser.take(await process(3).signOut(await askerOf(browser)))
    expect(browser.names()).toEqual([])
    const kept = await firstAdministratorCookie()
    await process(2).signOut(await askerOf(kept))
    for (const each of processes) expect(await each.identify(kept.visit())).toBeNull()
  })

  async function firstAdministratorCookie() {
    const browser = new Browser()
    browser.take((await signIn('ada@example.org', password)).cookies)
    return browser
  }

  it('is over when the session has run out', async () => {
    const browser = await firstAdministrator()
    await database.pool.query('update factotum.session set expires_at = now()')
    expect(await accounts.identify(browser.visit())).toBeNull()
    await accounts.sweep()
    expect((await database.pool.query('select from factotum.session')).rowCount).toBe(0)
  })

  it('is not forged: a cookie whose token or signature was changed is nobody', async () => {
    const { cookie } = await firstAdministrator()
    const [name = '', value = ''] = cookie.split('=')
    const [token = '', signature = ''] = decodeURIComponent(value).split('.')
    const forged = [
      `${token}.`,
      token,
      `${token}.${signature.slice(0, -4)}AAA=`,
      `${token}x.${signature}`,
      `.${signature}`,
      '',
    ]
    for (const each of forged)
      expect(
        await accounts.identify({ headers: { cookie: `${name}=${encodeURIComponent(each)}` } }),
      ).toBeNull()
    expect(await accounts.identify({ headers: { cookie } })).not.toBeNull()
  })

  it('is counted for an account by all processes, from wherever, and a right password is then refused too', async () => {
    await firstAdministrator()
    const tries = Array.from({ length: 10 }, (_, index) =>
      process(index % 4).signIn(
        { email: 'ada@example.org', password: 'wrong' },
        new Browser(`198.51.100.${index}`).visit(),
      ),
    )
    for (const each of await Promise.allSettled(tries))
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'wrong_credentials' } })
    await expect(signIn('ada@example.org', password)).rejects.toMatchObject({
      status: 429,
      code: 'too_many_attempts',
      fields: { retry_after: expect.any(Number) },
    })
    expect((await signIn('ada@example.org', password).catch((error) => error)).message).toMatch(
      /Try again in \d+ minutes/,
    )
  })

  it('is counted for an address, and a network of IPv6 is one', async () => {
    const tries = Array.from({ length: 40 }, (_, index) =>
      accounts.signIn(
        { email: `nobody${index}@example.org`, password: 'wrong' },
        new Browser(`2001:db8::${index.toString(16)}`).visit(),
      ),
    )
    await Promise.allSettled(tries)
    await expect(
      accounts.signIn({ email: 'other@example.org', password }, new Browser('2001:db8::ffff').visit()),
    ).rejects.toEqual(code('too_many_attempts'))
    await expect(
      accounts.signIn({ email: 'other@example.org', password }, new Browser('2001:db8:1::1').visit()),
    ).rejects.toEqual(code('wrong_credentials'))
  })

  it('that succeeds forgets the failures before it', async () => {
    await firstAdministrator()
    for (let round = 0; round < 3; round++) {
      for (let wrong = 0; wrong < 6; wrong++) await signIn('ada@example.org', 'wrong').catch(() => {})
      expect((await signIn('ada@example.org', password)).cookies).not.toEqual([])
    }
  })

  it('keeps no password, link or email of an attempt in the database as it is', async () => {
    const { by } = await invited()
    const { link } = await accounts.people.invite({ email: 'carol@example.org', role: null }, by)
    await signIn('dave@example.org', 'a guess that fails').catch(() => {})
    const { rows } = await database.pool.query<{ text: string }>(
      `select (select string_agg(c::text, ' ') from factotum.credential c) || (select string_agg(l::text, ' ')
       from factotum.sign_in_link l) || (select string_agg(t::text, ' ') from factotum.sign_in_limit t) as text`,
    )
    const text = rows[0]?.text ?? ''
    expect(text).toContain('credential')
    for (const secret of [password, tokenOf(link), 'dave@example.org', 'a guess'])
      expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(tokenOf(link)).toString('hex'))
  })
})

describe('An invitation', () => {
  it('is a message with a link of PUBLIC_URL; its owner chooses name and password and is signed in', async () => {
    const { bob, id } = await invited()
    expect(sent[0]).toMatchObject({ to: 'bob@example.org', text: expect.stringContaining('Ada invites you') })
    expect(sent[0]?.text).toContain('https://office.example.org/signin/link?token=')
    expect(await askerOf(bob)).toMatchObject({ account: { id, name: 'Bob', role: 'operator' } })
    expect((await signIn('bob@example.org', password)).owesCode).toBe(false)
  })

  it('shows who is invited, and asks for a password without being used up', async () => {
    const by = await askerOf(await firstAdministrator())
    const { person, link } = await accounts.people.invite({ email: 'Bob@Example.org', role: null }, by)
    expect(person).toMatchObject({ email: 'bob@example.org', name: 'bob', role: null, status: 'invited' })
    const form = { choose: 'invitation', name: 'bob', email: 'bob@example.org' }
    expect(await accounts.followLink(tokenOf(link), new Browser().visit())).toEqual(form)
    expect(await accounts.followLink(tokenOf(link), new Browser().visit())).toEqual(form)
  })

  it('is taken once: of two who send the form at once one wins', async () => {
    const by = await askerOf(await firstAdministrator())
    const { link } = await accounts.people.invite({ email: 'bob@example.org', role: null }, by)
    const outcomes = await Promise.allSettled(
      processes.map((each, index) =>
        each.choosePassword(tokenOf(link), { password: `${password} ${index}` }, new Browser().visit()),
      ),
    )
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await signIn('bob@example.org', `${password} ${won}`)).cookies).not.toEqual([])
  })

  it('with a password that is too short is not used up', async () => {
    const by = await askerOf(await firstAdministrator())
    const { link } = await accounts.people.invite({ email: 'bob@example.org', role: null }, by)
    const choose = (given: string) =>
      accounts.choosePassword(tokenOf(link), { password: given }, new Browser().visit())
    await expect(choose('too short')).rejects.toMatchObject({
      code: 'invalid',
      fields: { details: [{ field: 'password' }] },
    })
    await choose(password)
    await expect(choose(password)).rejects.toEqual(code('link_gone'))
  })

  it.each(['bob', 'bob@', '@example.org', 'bob@example', 'b ob@example.org', 'x@factotum.invalid'])(
    'to %s is refused',
    async (email) => {
      const by = await askerOf(await firstAdministrator())
      await expect(accounts.people.invite({ email, role: null }, by)).rejects.toEqual(code('invalid'))
    },
  )

  it('to somebody who is here is refused', async () => {
    const { by } = await invited()
    await expect(accounts.people.invite({ email: 'BOB@example.org', role: null }, by)).rejects.toEqual(
      code('email_taken'),
    )
  })
})

describe('Who forgot their password', () => {
  it('chooses another by a link; what was open before is closed', async () => {
    const { bob } = await invited()
    sent.splice(0)
    await forgot('bob@example.org')
    const token = tokenOf(sent[0]?.text)
    await forgot('bob@example.org')
    const { cookies } = await accounts.choosePassword(
      token,
      { password: 'another good one' },
      new Browser().visit(),
    )
    expect(cookies).not.toEqual([])
    expect(await accounts.identify(bob.visit())).toBeNull()
    await expect(
      accounts.choosePassword(tokenOf(sent[1]?.text), { password }, new Browser().visit()),
    ).rejects.toEqual(code('link_gone'))
    await expect(signIn('bob@example.org', password)).rejects.toEqual(code('wrong_credentials'))
  })

  it('and follows two links at once has the password of one, and is told that the other is gone', async () => {
    await invited()
    for (let round = 0; round < 3; round++) {
      sent.splice(0)
      for (const each of processes.slice(0, 2))
        await forgot('bob@example.org', { at: each, from: `192.0.2.${round}` })
      const outcomes = await Promise.allSettled(
        sent.map(({ text }, index) =>
          processes[index]?.choosePassword(
            tokenOf(text),
            { password: `${password} ${index}` },
            new Browser().visit(),
          ),
        ),
      )
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(refused.map(({ reason }) => reason)).toEqual([code('link_gone')])
    }
  })

  it('is answered the same when nobody has that email, and nothing is sent', async () => {
    await firstAdministrator()
    expect(await forgot('eve@example.org')).toBeUndefined()
    expect(await forgot('ada@example.org')).toBeUndefined()
    expect(sent.map(({ to }) => to)).toEqual(['ada@example.org'])
  })

  it('has the link on the screen where no mail is set up, also with a log that leaves out all but warnings', async () => {
    await firstAdministrator()
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
    const config = readConfig({ FACTOTUM_HOME: home, PUBLIC_URL: 'https://office.example.org' })
    await forgot('ada@example.org', { at: await createAccounts({ config, database, events, log }) })
    const [line = '{}'] = lines
    // A log hides what is called so from its files.
    const { to, private: text } = JSON.parse(line)
    expect(to).toBe('ada@example.org')
    expect(await accounts.followLink(tokenOf(text), new Browser().visit())).toMatchObject({
      choose: 'password',
      email: 'ada@example.org',
    })
  })

  it('is answered before anybody looks whether somebody has that email', async () => {
    await firstAdministrator()
    const holder = await database.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('lock table factotum.account, factotum.sign_in_link')
      for (const email of ['eve@example.org', 'ada@example.org'])
        await accounts.forgotPassword(email, new Browser().visit())
      await expect.poll(waiting, { timeout: 20_000 }).toBe(2)
      expect(sent).toEqual([])
    } finally {
      // Ends its transaction.
      holder.release(true)
    }
    await accounts.settle()
    expect(sent.map(({ to }) => to)).toEqual(['ada@example.org'])
  })
})

describe('An administrator', () => {
  it('changes a role, at once in every process', async () => {
    const { bob, by, id } = await invited('operator')
    await accounts.people.changeRole(id, 'admin', by)
    for (const each of processes)
      expect(await each.identify(bob.visit())).toMatchObject({ account: { role: 'admin' } })
    await accounts.people.changeRole(id, null, by)
    expect(await askerOf(bob)).toMatchObject({ account: { role: null } })
  })

  it('lets somebody in no more: sessions, links and passwords are refused, until they are let in again', async () => {
    const { bob, by, id } = await invited()
    await forgot('bob@example.org')
    const link = tokenOf(sent.at(-1)?.text)
    const signInLink = tokenOf(await accounts.signInLink('bob@example.org'))
    expect(await accounts.people.deactivate(id, by)).toMatchObject({ status: 'deactivated' })
    for (const each of processes) expect(await each.identify(bob.visit())).toBeNull()
    await expect(signIn('bob@example.org', password)).rejects.toEqual(code('wrong_credentials'))
    await expect(accounts.followLink(link, bob.visit())).rejects.toEqual(code('link_gone'))
    await expect(accounts.followLink(signInLink, bob.visit())).rejects.toEqual(code('link_gone'))
    await expect(accounts.signInLink('bob@example.org')).rejects.toEqual(code('account_deactivated'))
    await accounts.people.reactivate(id, by)
    expect(await accounts.identify(bob.visit())).toBeNull()
    expect((await signIn('bob@example.org', password)).cookies).not.toEqual([])
  })

  it('who is the last stays one, also when two leave at once', async () => {
    const { by, id } = await invited('admin')
    await expect(
      Promise.all([
        accounts.people.changeRole(id, null, by),
        process(1).people.deactivate(by.account.id, by),
      ]),
    ).rejects.toEqual(code('last_administrator'))
    const left = (await accounts.people.list()).filter(
      ({ role, status }) => role === 'admin' && status === 'active',
    )
    expect(left).toHaveLength(1)
  })

  it('is not somebody who was invited as one and has not come', async () => {
    const by = await askerOf(await firstAdministrator())
    await accounts.people.invite({ email: 'bob@example.org', role: 'admin' }, by)
    await expect(accounts.people.changeRole(by.account.id, 'staff', by)).rejects.toEqual(
      code('last_administrator'),
    )
  })

  it('sends another link: to come, or to choose another password', async () => {
    const by = await askerOf(await firstAdministrator())
    const { person } = await accounts.people.invite({ email: 'bob@example.org', role: null }, by)
    const again = await accounts.people.sendLinkTo(person.id, by)
    expect(await accounts.followLink(tokenOf(again.link), new Browser().visit())).toMatchObject({
      choose: 'invitation',
    })
    await accounts.choosePassword(tokenOf(again.link), { password }, new Browser().visit())
    const other = await accounts.people.sendLinkTo(person.id, by)
    expect(await accounts.followLink(tokenOf(other.link), new Browser().visit())).toMatchObject({
      choose: 'password',
    })
  })

  it.each(['00000000-0000-0000-0000-000000000000', 'bob', ''])(
    'is told that there is no person "%s"',
    async (id) => {
      const by = await askerOf(await firstAdministrator())
      await expect(accounts.people.deactivate(id, by)).rejects.toEqual(code('person_not_found'))
      await expect(accounts.people.person(id)).rejects.toEqual(code('person_not_found'))
    },
  )
})

describe('One’s own account', () => {
  it('changes its password only for who knows it, and closes the other sessions', async () => {
    const here = await firstAdministrator()
    const there = new Browser()
    there.take((await signIn('ada@example.org', password)).cookies)
    const asker = await askerOf(here)
    const change = (current: string) =>
      accounts.changePassword(asker, { current, password: 'another good one' }, here.visit())
    await expect(change('wrong')).rejects.toEqual(code('wrong_password'))
    expect(await accounts.identify(there.visit())).not.toBeNull()
    await change(password)
    expect(await accounts.identify(there.visit())).toBeNull()
    expect(await accounts.identify(here.visit())).not.toBeNull()
  })

  it('has one of two passwords that are set at once; who set the other is told that theirs is not right', async () => {
    const here = await firstAdministrator()
    const asker = await askerOf(here)
    const chosen = ['one good password', 'another good one']
    // Both have shown that they know the present one, and wait to write.
    const holder = await database.pool.connect()
    await holder.query('begin')
    await holder.query('select from factotum.account where id = $1 for no key update', [asker.account.id])
    const changes = Promise.allSettled(
      chosen.map((each, index) =>
        process(index).changePassword(asker, { current: password, password: each }, here.visit()),
      ),
    )
    try {
      await expect.poll(waiting, { timeout: 60_000 }).toBe(2)
    } finally {
      // Ends its transaction.
      holder.release(true)
    }
    const outcomes = await changes
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused.map(({ reason }) => reason)).toEqual([code('wrong_password')])
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect((await signIn('ada@example.org', chosen[won] ?? '')).cookies).not.toEqual([])
  })

  it('lists its sessions, with the address they came from, and ends them one by one or all others', async () => {
    const here = await firstAdministrator()
    const others = await Promise.all(
      ['192.0.2.7', '192.0.2.8', '192.0.2.9'].map(async (address) => {
        const browser = new Browser(address)
        browser.take((await signIn('ada@example.org', password, browser)).cookies)
        return browser
      }),
    )
    const asker = await askerOf(here)
    const { sessions } = await accounts.own(asker)
    expect(sessions.map(({ address }) => address).sort()).toEqual([
      '192.0.2.1',
      '192.0.2.7',
      '192.0.2.8',
      '192.0.2.9',
    ])
    expect(sessions.filter(({ current }) => current)).toHaveLength(1)
    const one = sessions.find(({ address }) => address === '192.0.2.7')
    await accounts.endSessions(asker, { id: one?.id ?? '' })
    expect(await Promise.all(others.map((each) => accounts.identify(each.visit())))).toEqual([
      null,
      expect.anything(),
      expect.anything(),
    ])
    await accounts.endSessions(asker, 'others')
    expect((await accounts.own(asker)).sessions.map(({ current }) => current)).toEqual([true])
  })

  it('ends no session of somebody else', async () => {
    const { by, bob } = await invited()
    const { sessionId } = await askerOf(bob)
    await accounts.endSessions(by, { id: sessionId ?? '' })
    await accounts.endSessions(by, 'others')
    expect(await accounts.identify(bob.visit())).not.toBeNull()
  })

  it('keeps the email that it has, and takes none that somebody has', async () => {
    const { by, bob } = await invited()
    const asker = await askerOf(bob)
    const rename = (name: string, email: string) => accounts.rename(asker, { name, email }, bob.visit())
    await expect(rename('Bob', 'ada@example.org')).rejects.toEqual(code('email_taken'))
    await rename('Robert', 'robert@example.org')
    expect((await askerOf(bob)).account).toMatchObject({ name: 'Robert', email: 'bob@example.org' })
    expect(by.account.name).toBe('Ada')
  })
})

describe('An authenticator app', () => {
  async function withApp() {
    const browser = await firstAdministrator()
    const { id } = (await askerOf(browser)).account
    const made = await accounts.beginSecondFactor(password, id, browser.visit())
    // The app is asked for only once it has been confirmed.
    expect((await signIn('ada@example.org', password)).owesCode).toBe(false)
    browser.take(await accounts.confirmSecondFactor(await now(made.uri), id, browser.visit()))
    return { browser, id, made }
  }

  /** The code that an app shows now. */
  async function now(uri: string): Promise<string> {
    const { secret } = otpauth(uri)
    return createOTP(secret).totp()
  }

  it('needs the password, and a code to be turned on', async () => {
    const browser = await firstAdministrator()
    const { id } = (await askerOf(browser)).account
    await expect(accounts.beginSecondFactor('wrong', id, browser.visit())).rejects.toEqual(
      code('wrong_password'),
    )
    const made = await accounts.beginSecondFactor(password, id, browser.visit())
    expect(made.uri).toMatch(/^otpauth:\/\/totp\/Factotum:ada%40example\.org\?secret=/)
    expect(made.backupCodes).toHaveLength(10)
    await expect(accounts.confirmSecondFactor('000000', id, browser.visit())).rejects.toEqual(
      code('wrong_code'),
    )
  })

  it('is then asked for after the password, which alone opens nothing', async () => {
    const { id, made } = await withApp()
    const browser = new Browser()
    const first = await signIn('ada@example.org', password, browser)
    expect(first.owesCode).toBe(true)
    browser.take(first.cookies)
    expect(await accounts.identify(browser.visit())).toBeNull()
    await expect(accounts.signInWithCode('000 000', browser.visit())).rejects.toEqual(code('wrong_code'))
    await accounts.settle()
    browser.take((await process(2).signInWithCode(await now(made.uri), browser.visit())).cookies)
    expect(await accounts.identify(browser.visit())).not.toBeNull()
    const { events: log } = await events.readSubject({ kind: 'account', id }, { limit: 2 })
    expect(log.map(({ code }) => code)).toEqual(['CODE', 'CODE_REFUSED'])
  })

  it('ends the attempt after five wrong codes', async () => {
    const { made } = await withApp()
    const browser = new Browser()
    browser.take((await signIn('ada@example.org', password, browser)).cookies)
    for (let wrong = 0; wrong < 5; wrong++)
      await expect(accounts.signInWithCode('000000', browser.visit())).rejects.toEqual(code('wrong_code'))
    await expect(accounts.signInWithCode(await now(made.uri), browser.visit())).rejects.toEqual(
      code('code_expired'),
    )
  })

  it('that is lost is made up for by a backup code, which is good once', async () => {
    const { made } = await withApp()
    const attempt = async (backup: string) => {
      const browser = new Browser()
      browser.take((await signIn('ada@example.org', password, browser)).cookies)
      browser.take((await accounts.signInWithCode(backup, browser.visit())).cookies)
      return accounts.identify(browser.visit())
    }
    expect(await attempt(made.backupCodes[0] ?? '')).not.toBeNull()
    await expect(attempt(made.backupCodes[0] ?? '')).rejects.toEqual(code('wrong_code'))
    const both = await Promise.allSettled([1, 2].map(() => attempt(made.backupCodes[1] ?? '')))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('is turned off with the password', async () => {
    const { browser, id } = await withApp()
    await expect(accounts.endSecondFactor('wrong', id, browser.visit())).rejects.toEqual(
      code('wrong_password'),
    )
    browser.take(await accounts.endSecondFactor(password, id, browser.visit()))
    expect(await accounts.identify(browser.visit())).not.toBeNull()
    await accounts.endSecondFactor(password, id, browser.visit())
    const { events: log } = await events.readSubject({ kind: 'account', id })
    const changes = log.filter(({ code }) => code.startsWith('SECOND_FACTOR')).reverse()
    expect(changes.map(({ code, createdBy }) => ({ code, createdBy }))).toEqual([
      { code: 'SECOND_FACTOR_ON', createdBy: id },
      { code: 'SECOND_FACTOR_OFF', createdBy: id },
    ])
    expect((await signIn('ada@example.org', password)).owesCode).toBe(false)
  })

  it('is still asked for after a forgotten password, but not by a link that the program printed', async () => {
    await withApp()
    await forgot('ada@example.org')
    const chosen = await accounts.choosePassword(
      tokenOf(sent.at(-1)?.text),
      { password: 'another good one' },
      new Browser().visit(),
    )
    expect(chosen).toEqual({ cookies: [], owesCode: true })
    const followed = await accounts.followLink(
      tokenOf(await accounts.signInLink('ada@example.org')),
      new Browser().visit(),
    )
    expect(followed).toMatchObject({ choose: null, cookies: [expect.any(String)] })
  })
})

describe('The event log', () => {
  /** What it says of an account, oldest first. */
  async function told(id: string) {
    await Promise.all(processes.map((each) => each.settle()))
    const page = await events.readSubject({ kind: 'account', id })
    return page.events.reverse()
  }
  const codes = async (id: string) => (await told(id)).map((event) => `${event.key} ${event.code}`)
  const idOf = async (browser: Browser) => (await askerOf(browser)).account.id

  it('says how somebody came to be here, by whom and in what request', async () => {
    const by = await askerOf(await firstAdministrator())
    expect(await codes(by.account.id)).toEqual([
      'account FIRST',
      'sign_in LINK',
      'account NAMED',
      'account PASSWORD_CHANGED',
    ])
    const { person } = await accounts.people.invite({ email: 'bob@example.org', role: 'staff' }, by, 'r-1')
    await accounts.people.sendLinkTo(person.id, by, 'r-2')
    const visitor = { ...new Browser('192.0.2.7').visit(), requestId: 'r-3' }
    await accounts.choosePassword(tokenOf(sent.at(-1)?.text), { password }, visitor)
    const here = { address: '192.0.2.7', agent: 'Tests/1' }
    const { id } = person
    expect(await told(id)).toMatchObject([
      { code: 'INVITED', createdBy: by.account.id, correlationId: 'r-1', context: { role: 'staff' } },
      { code: 'LINK_SENT', createdBy: by.account.id, correlationId: 'r-2', context: { to: 'come' } },
      { code: 'JOINED', createdBy: id, correlationId: 'r-3', context: here },
      { code: 'PASSWORD_CHANGED', createdBy: id, correlationId: 'r-3', context: { by: 'link', ...here } },
      { code: 'LINK', createdBy: id, correlationId: 'r-3', context: here },
    ])
  })

  it('says who signed in by what, who left, and which sessions were ended', async () => {
    const browser = await firstAdministrator()
    const id = await idOf(browser)
    const there = new Browser('192.0.2.7')
    there.take((await signIn('ada@example.org', password, there)).cookies)
    await accounts.endSessions(await askerOf(browser), 'others', 'r-1')
    await accounts.endSessions(await askerOf(browser), 'others', 'r-2')
    await accounts.followLink(tokenOf(await accounts.signInLink('ada@example.org')), there.visit())
    await accounts.signOut(await askerOf(browser), 'r-3')
    expect((await told(id)).slice(4)).toMatchObject([
      { key: 'sign_in', code: 'PASSWORD', createdBy: id, context: { address: '192.0.2.7' } },
      { key: 'sign_in', code: 'SESSIONS_ENDED', correlationId: 'r-1', context: { ended: ['192.0.2.7'] } },
      { key: 'account', code: 'LINK_PRINTED', createdBy: null },
      { key: 'sign_in', code: 'LINK', createdBy: id },
      { key: 'sign_in', code: 'SIGNED_OUT', createdBy: id, correlationId: 'r-3' },
    ])
  })

  it('says what an administrator changed, and not what was so already', async () => {
    const { by, id } = await invited('operator')
    for (const role of ['admin', 'admin', null] as const)
      await accounts.people.changeRole(id, role, by, 'r-1')
    await accounts.people.reactivate(id, by)
    for (const again of [1, 2]) await accounts.people.deactivate(id, by, `r-${again}`)
    for (const again of [3, 4]) await accounts.people.reactivate(id, by, `r-${again}`)
    expect((await told(id)).slice(4)).toMatchObject([
      { code: 'ROLE_CHANGED', createdBy: by.account.id, context: { before: 'operator', after: 'admin' } },
      { code: 'ROLE_CHANGED', correlationId: 'r-1', context: { before: 'admin', after: null } },
      { code: 'DEACTIVATED', createdBy: by.account.id, correlationId: 'r-1' },
      { code: 'REACTIVATED', createdBy: by.account.id, correlationId: 'r-3' },
    ])
  })

  it('says who named themselves anew or gave an email, and not what was so already', async () => {
    const browser = await firstAdministrator()
    const asker = await askerOf(browser)
    const visitor = { ...new Browser('192.0.2.7').visit(), requestId: 'r-1' }
    for (const name of ['Ada', ' Countess Ada ', 'Countess Ada'])
      await accounts.rename(asker, { name }, visitor)
    const { id } = asker.account
    const named = (await told(id)).filter(({ code }) => code === 'NAMED')
    expect(named).toMatchObject([
      {
        createdBy: id,
        context: {
          name: { before: 'Administrator', after: 'Ada' },
          email: { before: null, after: 'ada@example.org' },
        },
      },
      {
        createdBy: id,
        correlationId: 'r-1',
        context: { name: { before: 'Ada', after: 'Countess Ada' }, address: '192.0.2.7', agent: 'Tests/1' },
      },
    ])
    expect(named[1]?.context).not.toHaveProperty('email')
  })

  it('says once in a while that passwords are wrong, and that there were too many', async () => {
    const browser = await firstAdministrator()
    const id = await idOf(browser)
    for (let n = 0; n < 14; n++)
      await process(n % 4)
        .signIn({ email: 'Ada@example.org', password: `wrong ${n}` }, new Browser(`198.51.100.${n}`).visit())
        .catch(() => process(n % 4).settle())
    expect((await told(id)).slice(4)).toMatchObject([
      {
        key: 'sign_in',
        code: 'PASSWORD_REFUSED',
        createdBy: null,
        context: { address: '198.51.100.0', agent: 'Tests/1' },
      },
      { key: 'sign_in', code: 'SHUT', createdBy: null, context: { address: '198.51.100.10' } },
    ])
  })

  it('says nothing of an email that nobody has, and of no attempt more than a few letters of the browser', async () => {
    const browser = await firstAdministrator()
    const before = (await events.read({ limit: 1 })).events[0]?.id
    await signIn('a password in the wrong field', password).catch(() => {})
    await signIn('eve@example.org', 'wrong').catch(() => {})
    await accounts.settle()
    expect((await events.read({ limit: 1 })).events[0]?.id).toBe(before)
    const visitor = new Browser().visit({ 'user-agent': 'x'.repeat(10_000) })
    await accounts.signIn({ email: 'ada@example.org', password: 'wrong' }, visitor).catch(() => {})
    const [event] = (await told(await idOf(browser))).slice(-1)
    expect(event).toMatchObject({ code: 'PASSWORD_REFUSED', context: { agent: 'x'.repeat(200) } })
  })

  it('holds no password, code, link or cookie', async () => {
    const { bob } = await invited()
    const { link } = await accounts.people.sendLinkTo(await idOf(bob), await askerOf(bob))
    await signIn('bob@example.org', 'a guess that fails').catch(() => {})
    await accounts.settle()
    const { rows } = await database.pool.query<{ text: string }>(
      "select string_agg(e::text, ' ') as text from factotum.event e",
    )
    const text = rows[0]?.text ?? ''
    expect(text).toContain('PASSWORD_REFUSED')
    const [, session = ''] = bob.cookie.split('=')
    for (const secret of [
      password,
      'a guess',
      tokenOf(link),
      decodeURIComponent(session).split('.')[0] ?? '',
    ])
      expect(text).not.toContain(secret)
  })

  it('and what it tells of stand and fall together: without the event nothing was done', async () => {
    const { by, bob, id } = await invited()
    const asker = await askerOf(bob)
    const { sessionId } = asker
    const link = tokenOf(await accounts.signInLink('bob@example.org'))
    const before = await codes(id)
    const { rows } = await database.pool.query('select count(*) from factotum.session')
    await database.pool.query(`create function factotum.no_events() returns trigger language plpgsql as
      $$ begin raise exception 'no more events'; end $$;
      create trigger no_events before insert on factotum.event execute function factotum.no_events()`)
    try {
      const verbs = [
        () => accounts.people.changeRole(id, 'admin', by),
        () => accounts.people.deactivate(id, by),
        () => accounts.people.invite({ email: 'carol@example.org', role: null }, by),
        () =>
          accounts.endSessions(by, 'others').then(() => accounts.endSessions(asker, { id: sessionId ?? '' })),
        () => accounts.signOut(asker),
        () => accounts.rename(asker, { name: 'Robert' }, bob.visit()),
        () => accounts.followLink(link, bob.visit()),
        () =>
          accounts.changePassword(asker, { current: password, password: 'another good one' }, bob.visit()),
      ]
      for (const verb of verbs) await expect(verb()).rejects.toThrow(/no more events|Failed query/)
    } finally {
      await database.pool.query('drop function factotum.no_events cascade')
    }
    expect(await codes(id)).toEqual(before)
    expect(await askerOf(bob)).toEqual(asker)
    expect((await database.pool.query('select count(*) from factotum.session')).rows).toEqual(rows)
    expect((await accounts.people.list()).map(({ name }) => name)).toEqual(['Ada', 'Bob'])
    expect((await signIn('bob@example.org', password)).cookies).not.toEqual([])
    expect(await accounts.followLink(link, bob.visit())).toMatchObject({ choose: null })
  })
})

/** The secret in an `otpauth:` address, as it was before base 32. */
function otpauth(uri: string): { secret: string } {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const text = new URL(uri).searchParams.get('secret') ?? ''
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []
  return { secret: Buffer.from(bytes).toString('utf8') }
}
