import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from '@factotum/postgres/testing'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEventLog } from '../../eventlog/index.ts'
import { type Accounts, createAccounts } from '../accounts/accounts.ts'
import { accountEvents } from '../accounts/events.ts'
import { whoRoutes } from '../accounts/who-routes.ts'
import { readConfig } from '../config/index.ts'
import { connect, type OpenDatabase } from '../database/index.ts'
import { appDatabase } from '../database/testing.ts'
import type { HttpServer } from '../http/index.ts'
import { createHttp } from '../http/server.ts'
import { providerEvents } from './events.ts'

const party = 'https://office.example.org'
const webhookKey = Buffer.from('of this test alone, and nowhere else')
const webhookSecret = `whsec_${webhookKey.toString('base64')}`
const log = pino({ level: 'silent' })

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let strangers: Awaited<ReturnType<typeof generateKeyPair>>
/** A provider that says where its keys are, and counts who asks. */
let provider: Server
let base: string
const asked: string[] = []

let home: string
let owned: TestDatabase
let database: OpenDatabase
let events: ReturnType<typeof createEventLog>
/** With Clerk's public key; with the address of its keys, and an OpenID Connect issuer beside. */
let byKey: Accounts
let byAddress: Accounts
let app: HttpServer

beforeAll(async () => {
  keys = await generateKeyPair('RS256')
  strangers = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] }
  const strangersKeys = { keys: [{ ...(await exportJWK(strangers.publicKey)), kid: 'k1', alg: 'RS256' }] }
  provider = createServer(({ url = '' }, response) => {
    asked.push(url)
    const answers: Record<string, object> = {
      '/.well-known/jwks.json': jwks,
      '/login/keys': jwks,
      '/login/.well-known/openid-configuration': { issuer: `${base}/login`, jwks_uri: `${base}/login/keys` },
      '/half/.well-known/openid-configuration': { issuer: `${base}/half`, jwks_uri: `${base}/half/keys` },
      // Where nobody may be led.
      '/inside/keys': strangersKeys,
      '/inside/description': { issuer: `${base}/moved`, jwks_uri: `${base}/login/keys` },
    }
    const elsewhere: Record<string, string> = {
      '/moved/.well-known/openid-configuration': '/inside/description',
      '/half/keys': '/login/keys',
    }
    const location = elsewhere[url]
    if (location) return response.writeHead(302, { location }).end()
    response.writeHead(answers[url] ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answers[url] ?? {}))
  })
  await once(provider.listen(0, '127.0.0.1'), 'listening')
  base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`

  home = await mkdtemp(join(tmpdir(), 'factotum-tokens-'))
  owned = await appDatabase()
  database = connect(owned.url)
  events = createEventLog({ pool: database.pool, secret: 'of this test alone', zone: () => 'UTC' })
  events.registry.register('events.ts', [accountEvents, providerEvents])
  byKey = await accountsWith({ CLERK_JWT_KEY: (await exportSPKI(keys.publicKey)).replaceAll('\n', '\\n') })
  const config = configWith({
    CLERK_JWKS_URL: `${base}/.well-known/jwks.json`,
    OIDC_ISSUER: `${base}/login`,
    OIDC_AUDIENCE: 'factotum',
  })
  byAddress = await createAccounts({ config, database, events, log })
  app = await createHttp({ config, log, identify: byAddress.identify, secretKey: 'test' })
  whoRoutes(app)
  await byAddress.webhooks(app)
})
afterAll(async () => {
  await app.close()
  provider.close()
  await database.close()
  await owned.drop()
  await rm(home, { recursive: true })
})

const configWith = (env: Record<string, string>) =>
  readConfig({
    FACTOTUM_HOME: home,
    CLERK_AUTHORIZED_PARTIES: `${party}, https://other.example.org`,
    CLERK_WEBHOOK_SECRET: webhookSecret,
    ...env,
  })
const accountsWith = (env: Record<string, string>) =>
  createAccounts({ config: configWith(env), database, events, log })

const now = () => Math.floor(Date.now() / 1_000)

/** What is put into a token; undefined takes it out. */
type Claims = { [Name in keyof JWTPayload]: JWTPayload[Name] | undefined }

const plain = (claims: Claims): JWTPayload => JSON.parse(JSON.stringify(claims))

/** What Clerk puts into a session's token, and what is changed of it: undefined takes it out. */
const claims = (changed: Claims = {}): Claims => ({
  iss: base,
  sub: `user_${randomUUID()}`,
  azp: party,
  sts: 'active',
  iat: now(),
  nbf: now() - 10,
  exp: now() + 60,
  ...changed,
})
/** What an OpenID Connect issuer puts into one. */
const idClaims = (changed: Claims = {}) =>
  claims({ iss: `${base}/login`, aud: 'factotum', azp: undefined, sts: undefined, ...changed })

const sign = (payload: Claims, key = keys.privateKey, header = {}) =>
  new SignJWT(plain(payload)).setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header }).sign(key)

const identify = (token: string, accounts = byAddress) =>
  accounts.identify({ headers: { authorization: `Bearer ${token}` } })

const query = async (text: string, values: unknown[]) => (await database.pool.query(text, values)).rows

async function person(email: string, more: { joined?: boolean; factor?: boolean } = {}): Promise<string> {
  const [{ id }] = await query(
    `insert into factotum.account (name, email, role, joined_at, two_factor_enabled)
     values ('Bob', $1, 'operator', case when $2 then now() end, $3) returning id`,
    [email, more.joined ?? false, more.factor ?? false],
  )
  return id
}

describe('A token of Clerk', () => {
  it('lets in by its public key, without a call', async () => {
    asked.splice(0)
    const asker = await identify(await sign(claims({ name: 'Ada' })), byKey)
    expect(asker).toMatchObject({
      account: { name: 'Ada', email: null, role: null, service: false },
      via: 'token',
      scopes: 'all',
      sessionId: null,
    })
    expect(asked).toEqual([])
  })

  it('lets in by its address, which is asked once for many', async () => {
    asked.splice(0)
    for (let n = 0; n < 3; n++) expect(await identify(await sign(claims()))).not.toBeNull()
    expect(asked.length).toBeLessThanOrEqual(1)
    const token = await sign(claims())
    const headers = { host: 'localhost', authorization: `Bearer ${token}` }
    expect((await app.inject({ url: '/auth/me', headers })).json()).toMatchObject({
      via: 'token',
      role: null,
    })
  })

  it.each<[string, Claims]>([
    ['ended 30 s ago', { exp: now() - 30 }],
    ['begins in 30 s', { nbf: now() + 30, iat: now() + 30 }],
    ['is for another of our sites', { azp: 'https://other.example.org' }],
  ])('that %s is good: clocks differ by up to a minute, and sites are several', async (_what, changed) => {
    for (const accounts of [byKey, byAddress])
      expect(await identify(await sign(claims(changed)), accounts)).not.toBeNull()
  })

  it.each<[string, () => Promise<string>]>([
    ['ended 90 s ago', () => sign(claims({ exp: now() - 90 }))],
    ['begins in 90 s', () => sign(claims({ nbf: now() + 90 }))],
    ['was made in 90 s', () => sign(claims({ iat: now() + 90 }))],
    ['has no end', () => sign(claims({ exp: undefined }))],
    ['is about nobody', () => sign(claims({ sub: '' }))],
    ['is for another site', () => sign(claims({ azp: 'https://evil.example' }))],
    ['is for no site', () => sign(claims({ azp: undefined }))],
    ['waits for a step', () => sign(claims({ sts: 'pending' }))],
    ['another key signed', () => sign(claims(), strangers.privateKey)],
    ['nobody signed', async () => new UnsecuredJWT(plain(claims())).encode()],
    [
      'the public key signed as a secret',
      async () =>
        new SignJWT(plain(claims()))
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(new TextEncoder().encode(await exportSPKI(keys.publicKey))),
    ],
    ['was changed', async () => changed(await sign(claims()))],
    ['is none', async () => 'e30.e30.x'],
    ['is empty', async () => ''],
  ])('that %s lets nobody in, also beside a good cookie', async (_what, make) => {
    const token = await make()
    const counts = 'select count(*) from factotum.account'
    const before = await query(counts, [])
    for (const accounts of [byKey, byAddress]) expect(await identify(token, accounts)).toBeNull()
    const headers = { host: 'localhost', authorization: `Bearer ${token}`, accept: 'application/json' }
    expect((await app.inject({ url: '/auth/me', headers })).statusCode).toBe(401)
    expect(await query(counts, [])).toEqual(before)
  })

  it('of another instance lets nobody in where keys are found by address', async () => {
    expect(await identify(await sign(claims({ iss: 'https://evil.example' })))).toBeNull()
  })

  it('lets nobody in where nothing is set up', async () => {
    expect(await identify(await sign(claims()), await accountsWith({}))).toBeNull()
  })
})

/** Another person's name in what is signed. */
function changed(token: string): string {
  const [head, , signature] = token.split('.')
  const payload = Buffer.from(JSON.stringify(claims({ sub: 'user_somebody' }))).toString('base64url')
  return `${head}.${payload}.${signature}`
}

describe('A token of an OpenID Connect issuer', () => {
  it('lets in; the issuer is asked once where its keys are', async () => {
    asked.splice(0)
    for (let n = 0; n < 3; n++) expect(await identify(await sign(idClaims()))).not.toBeNull()
    expect(asked.sort()).toEqual(['/login/.well-known/openid-configuration', '/login/keys'])
  })

  it.each<[string, Claims]>([
    ['another program', { aud: 'another' }],
    ['no program', { aud: undefined }],
    ['whoever another issuer says', { iss: 'https://evil.example' }],
  ])('for %s lets nobody in', async (_whom, changed) => {
    expect(await identify(await sign(idClaims(changed)))).toBeNull()
  })

  it('is 503 while the issuer is away, not 401', async () => {
    const away = await accountsWith({ OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_AUDIENCE: 'factotum' })
    const token = await sign(idClaims({ iss: 'http://127.0.0.1:1' }))
    await expect(identify(token, away)).rejects.toMatchObject({ status: 503, code: 'unavailable' })
  })
})

describe('Where keys are', () => {
  it.each<[string, (key: JWK) => object]>([
    ['an address of keys', () => ({ jku: `${base}/inside/keys` })],
    ['an address of certificates', () => ({ x5u: `${base}/inside/keys` })],
    ['its own key', (jwk) => ({ jwk })],
  ])('is not for a token to say: one with %s lets nobody in, and nobody is asked', async (_what, header) => {
    asked.splice(0)
    const own = header(await exportJWK(strangers.publicKey))
    for (const kid of ['k1', 'another'])
      for (const payload of [claims(), idClaims()]) {
        const token = await sign(payload, strangers.privateKey, { kid, ...own })
        for (const accounts of [byKey, byAddress]) expect(await identify(token, accounts)).toBeNull()
        const headers = { host: 'localhost', authorization: `Bearer ${token}` }
        expect((await app.inject({ url: '/auth/me', headers })).statusCode).toBe(401)
      }
    expect(asked.filter((url) => url.startsWith('/inside'))).toEqual([])
  })

  it.each([
    ['description leads', 'moved', ['/moved/.well-known/openid-configuration']],
    ['keys lead', 'half', ['/half/.well-known/openid-configuration', '/half/keys']],
  ])('is not where an issuer’s %s on to', async (_what, name, before) => {
    asked.splice(0)
    const issuer = `${base}/${name}`
    const accounts = await accountsWith({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'factotum' })
    const token = await sign(idClaims({ iss: issuer }))
    await expect(identify(token, accounts)).rejects.toMatchObject({ status: 503, code: 'unavailable' })
    expect(asked).toEqual(before)
  })
})

describe('Who comes with a token', () => {
  it('for the first time has an account without a role; the same one next time, and of many at once', async () => {
    const payload = claims()
    const tokens = await Promise.all([1, 2, 3, 4, 5].map(() => sign(payload)))
    const askers = await Promise.all(tokens.map((token, n) => identify(token, n % 2 ? byKey : byAddress)))
    expect(new Set(askers.map((asker) => asker?.account.id)).size).toBe(1)
    expect(askers[0]?.account.role).toBeNull()
    await query("update factotum.account set role = 'staff' where id = $1", [askers[0]?.account.id])
    expect((await identify(await sign(payload)))?.account.role).toBe('staff')
  })

  it('gets what they were invited to, if the provider verified their email', async () => {
    const id = await person('bob@example.org')
    const claimed = { email: 'Bob@Example.org', email_verified: false }
    expect((await identify(await sign(idClaims(claimed))))?.account).toMatchObject({
      role: null,
      email: null,
    })
    const asker = await identify(await sign(idClaims({ ...claimed, email_verified: true })))
    expect(asker?.account).toMatchObject({ id, role: 'operator', email: 'bob@example.org' })
    const [{ joined }] = await query(
      'select joined_at is not null as joined from factotum.account where id = $1',
      [id],
    )
    expect(joined).toBe(true)
    const { events: told } = await events.readSubject({ kind: 'account', id })
    expect(told).toMatchObject([
      { code: 'LINKED', createdBy: id, context: { provider: `${base}/login` } },
      { code: 'JOINED', createdBy: id },
    ])
  })

  it('is not let past an authenticator app, nor into an account that has no email', async () => {
    await person('carol@example.org', { joined: true, factor: true })
    await person('administrator@factotum.invalid', { joined: true })
    const verified = (email: string) => sign(idClaims({ email, email_verified: true }))
    expect(await identify(await verified('carol@example.org'))).toBeNull()
    expect((await identify(await verified('administrator@factotum.invalid')))?.account.role).toBeNull()
  })

  it('is not let in once deactivated', async () => {
    const payload = claims()
    const asker = await identify(await sign(payload))
    await query('update factotum.account set deactivated_at = now() where id = $1', [asker?.account.id])
    expect(await identify(await sign(payload))).toBeNull()
  })
})

describe('A live connection that a token opened', () => {
  it.each<[string, (exp: number) => Promise<string>]>([
    ['of Clerk', (exp) => sign(claims({ exp }))],
    ['of an issuer', (exp) => sign(idClaims({ exp }))],
  ])('ends once the token %s is good no more; another stays', async (_whose, make) => {
    const exp = now() + 300
    const asker = await identify(await make(exp))
    if (!asker) throw new Error('A good token let nobody in.')
    expect(asker.until).toEqual(new Date((exp + 60) * 1_000))
    const ended = new Set<string>()
    const forget = [
      byAddress.whileAllowed({ ...asker, until: new Date() }, () => ended.add('of the old token')),
      byAddress.whileAllowed(asker, () => ended.add('of the good token')),
    ]
    await expect.poll(() => [...ended], { timeout: 20_000 }).toEqual(['of the old token'])
    for (const each of forget) each()
  })
})

describe('What Clerk tells of its users', () => {
  const user = (id: string, email: string, status = 'verified') => ({
    id,
    first_name: 'Dora',
    last_name: 'Diaz',
    primary_email_address_id: 'e2',
    email_addresses: [
      { id: 'e1', email_address: 'old@example.org', verification: { status: 'verified' } },
      { id: 'e2', email_address: email, verification: { status } },
    ],
  })

  async function tell(event: object, changed: { at?: number; secret?: Buffer; body?: string } = {}) {
    const payload = JSON.stringify(event)
    const [id, at] = [`msg_${randomUUID()}`, String(changed.at ?? now())]
    const signature = createHmac('sha256', changed.secret ?? webhookKey)
      .update(`${id}.${at}.${payload}`)
      .digest('base64')
    const answer = await app.inject({
      method: 'POST',
      url: '/webhooks/clerk',
      headers: {
        host: 'localhost',
        'content-type': 'application/json',
        'svix-id': id,
        'svix-timestamp': at,
        'svix-signature': `v1,AAAA v1,${signature}`,
      },
      payload: changed.body ?? payload,
    })
    return answer.statusCode
  }

  it('makes them known with their email, before they come', async () => {
    const id = await person('dora@example.org')
    const subject = `user_${randomUUID()}`
    const event = { type: 'user.created', object: 'event', data: user(subject, 'dora@example.org') }
    expect([await tell(event), await tell(event)]).toEqual([200, 200])
    expect((await byAddress.people.person(id)).status).toBe('invited')
    for (let n = 0; n < 2; n++)
      expect((await identify(await sign(claims({ sub: subject }))))?.account).toMatchObject({
        id,
        role: 'operator',
      })
    expect((await byAddress.people.person(id)).status).toBe('active')
    expect(await tell({ type: 'user.deleted', object: 'event', data: { id: subject, deleted: true } })).toBe(
      200,
    )
    expect(await identify(await sign(claims({ sub: subject })))).toBeNull()
    const { events: told } = await events.readSubject({ kind: 'account', id })
    expect(told.map(({ code, createdBy }) => [code, createdBy])).toEqual([
      ['UNLINKED', null],
      ['JOINED', id],
      ['LINKED', null],
    ])
  })

  it('makes those known whom nobody invited, without a role; they have not come before they come', async () => {
    const subject = `user_${randomUUID()}`
    await tell({ type: 'user.created', object: 'event', data: user(subject, 'hal@example.org') })
    const person = async () =>
      (await byAddress.people.list()).find(({ email }) => email === 'hal@example.org')
    expect(await person()).toMatchObject({ name: 'Dora Diaz', role: null, status: 'invited' })
    const asker = await identify(await sign(claims({ sub: subject })))
    expect(await person()).toMatchObject({ id: asker?.account.id, status: 'active' })
  })

  it('lets nobody in who was deactivated before they came', async () => {
    const id = await person('ida@example.org')
    const subject = `user_${randomUUID()}`
    await tell({ type: 'user.created', object: 'event', data: user(subject, 'ida@example.org') })
    await query('update factotum.account set deactivated_at = now() where id = $1', [id])
    expect(await identify(await sign(claims({ sub: subject })))).toBeNull()
    const { events: told } = await events.readSubject({ kind: 'account', id })
    expect(told.map(({ code }) => code)).toEqual(['LINKED'])
  })

  it('keeps out whom it says is deleted: a token that is still good, and what is told late', async () => {
    const id = await person('fay@example.org')
    const subject = `user_${randomUUID()}`
    const data = user(subject, 'fay@example.org')
    const token = await sign(claims({ sub: subject, email: 'fay@example.org', email_verified: true }))
    expect((await identify(token))?.account.id).toBe(id)
    const people = 'select count(*) from factotum.account'
    const before = await query(people, [])
    for (const type of ['user.deleted', 'user.updated', 'user.created', 'user.deleted']) {
      expect(await tell({ type, object: 'event', data })).toBe(200)
      expect(await identify(token)).toBeNull()
    }
    expect(await query(people, [])).toEqual(before)
    const { events: told } = await events.readSubject({ kind: 'account', id })
    expect(told.map(({ code }) => code)).toEqual(['UNLINKED', 'LINKED', 'JOINED'])
  })

  it('leaves the administrator whom it says is deleted a way in: the link of the next start', async () => {
    const id = await person('gil@example.org')
    const subject = `user_${randomUUID()}`
    await identify(await sign(claims({ sub: subject, email: 'gil@example.org', email_verified: true })))
    await query("update factotum.account set role = 'admin' where id = $1", [id])
    expect(await byAddress.firstAdministratorLink()).toBeNull()
    expect(await tell({ type: 'user.deleted', object: 'event', data: { id: subject, deleted: true } })).toBe(
      200,
    )
    expect(await byAddress.firstAdministratorLink()).toContain('/signin/link?token=')
  })

  it('is believed only with its signature, made just now', async () => {
    const subject = `user_${randomUUID()}`
    const event = { type: 'user.created', object: 'event', data: user(subject, 'eve@example.org') }
    expect(await tell(event, { secret: Buffer.from('another secret altogether') })).toBe(400)
    expect(await tell(event, { at: now() - 3_600 })).toBe(400)
    expect(await tell(event, { body: JSON.stringify({ ...event, type: 'user.updated' }) })).toBe(400)
    expect(
      await query('select 1 from factotum.credential where provider_account_id = $1', [subject]),
    ).toEqual([])
    expect(await tell({ type: 'session.created', object: 'event', data: {} })).toBe(200)
  })
})
