import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownSettings } from '../settings/own.ts'
import { environment } from './environment-file.ts'
import { ConfigError, readConfig } from './index.ts'
import { envSample } from './sample.ts'
import { variables } from './variables.ts'

const root = new URL('../../../../', import.meta.url)

/** The message with which an environment is refused. */
function refusal(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
  }
  throw new Error('It was accepted.')
}

describe('Settings from the environment', () => {
  it('have defaults for all', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      home: resolve('.factotum'),
      databaseUrl: null,
      publicUrl: null,
      secretKey: null,
      logLevel: 'info',
      logFiles: 'one',
      logRotation: { lines: 1_000 },
      logDays: 30,
      maxUploadBytes: 2_000_000_000,
    })
  })

  it('are absent where they are empty', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 3000, databaseUrl: null })
  })

  it('make the home absolute', () => {
    expect(readConfig({ FACTOTUM_HOME: 'x/y' }).home).toBe(resolve('x/y'))
  })

  it.each([
    ['500', 500],
    ['10MB', 10_000_000],
    ['10 MiB', 10_485_760],
    ['1GB', 1_000_000_000],
  ])('read the size %s', (text, bytes) => {
    expect(readConfig({ MAX_UPLOAD_SIZE: text }).maxUploadBytes).toBe(bytes)
  })

  it.each(['0', '-1', '1.5GB', 'much', '10XB', '999999999999TB'])('refuse the size %s', (text) => {
    expect(refusal({ MAX_UPLOAD_SIZE: text })).toContain('MAX_UPLOAD_SIZE must be a size')
  })

  it.each([
    ['500 lines', 500, 100_000_000],
    ['1line', 1, 100_000_000],
    ['10MB', Number.POSITIVE_INFINITY, 10_000_000],
  ])('read when a file of the log is complete: %s', (text, lines, bytes) => {
    expect(readConfig({ LOG_ROTATE: text }).logRotation).toEqual({ lines, bytes })
  })

  it.each([
    ['LOG_ROTATE', '1000'],
    ['LOG_ROTATE', '0 lines'],
    ['LOG_ROTATE', '1GB'],
    ['LOG_ROTATE', '10B'],
    ['LOG_FILES', 'two'],
    ['LOG_DAYS', '0'],
    ['LOG_DAYS', 'all'],
  ])('refuse %s=%s', (name, text) => {
    expect(refusal({ [name]: text })).toContain(`${name} must be`)
  })

  it.each(['70000', '-1', '80a', '1.5', ''.padEnd(3, 'x')])('refuse the port %s', (text) => {
    expect(refusal({ PORT: text })).toContain('PORT must be a whole number')
  })

  it.each(['http://0.0.0.0', '[::1]', '1.2.3', '192.168.1.400', '127.0.0.1:80', '-x', 'a b'])(
    'refuse the host %s',
    (text) => {
      expect(refusal({ HOST: text })).toContain('HOST must be an address or a name of this machine')
    },
  )

  it.each(['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::', '192.168.1.4', 'office', 'a.example.org'])(
    'accept the host %s',
    (text) => {
      expect(readConfig({ HOST: text }).host).toBe(text)
    },
  )

  it.each(['Mars/Olympus', '+02:00', 'Europe/'])('refuse the time zone %s', (text) => {
    expect(refusal({ TIME_ZONE: text })).toContain('TIME_ZONE must be the IANA name of a time zone')
  })

  it.each([
    ['https://Factotum.example.org/', 'https://factotum.example.org'],
    ['http://office:3000', 'http://office:3000'],
  ])('read the public address %s', (text, origin) => {
    expect(readConfig({ PUBLIC_URL: text }).publicUrl).toBe(origin)
  })

  it.each(['example.org', 'ftp://example.org', 'https://example.org/factotum', 'https://me:pw@example.org'])(
    'refuse the public address %s',
    (text) => {
      expect(refusal({ PUBLIC_URL: text })).toContain('PUBLIC_URL must be an address without a path')
    },
  )

  it('read whose word about addresses counts', () => {
    expect(readConfig({}).trustedProxies).toEqual([])
    const text = '10.0.0.0/8, 127.0.0.1,fd00::/8'
    expect(readConfig({ TRUSTED_PROXIES: text }).trustedProxies).toEqual([
      '10.0.0.0/8',
      '127.0.0.1',
      'fd00::/8',
    ])
  })

  it.each(['0.0.0.0/0', '10.0.0.0/33', '10.0.0.0/8,', '10', 'proxy.example.org', '::/0'])(
    'refuse the proxies %s',
    (text) => {
      expect(refusal({ TRUSTED_PROXIES: text })).toContain('TRUSTED_PROXIES must hold addresses and networks')
    },
  )

  it('need a SECRET_KEY with DATABASE_URL, as every process must have the same', () => {
    const env = { DATABASE_URL: 'postgres://me@db/x' }
    expect(refusal(env)).toMatch(/^A setting is wrong: SECRET_KEY is missing.*openssl/)
    const secret = 'f0c1a7'.repeat(6).concat('9e')
    expect(readConfig({ ...env, SECRET_KEY: secret }).secretKey).toBe(secret)
  })

  it.each(['short-and-sweet', 'a'.repeat(40)])('refuse the SECRET_KEY %s without repeating it', (text) => {
    const message = refusal({ SECRET_KEY: text })
    expect(message).toMatch(/SECRET_KEY (has \d+ letters|is too easy)/)
    expect(message).not.toContain(text)
  })

  it('tell which sign-in provider there is', () => {
    expect(readConfig({})).toMatchObject({ clerk: null, oidc: null, clerkWebhookSecret: null })
    const jwksUrl = 'https://x.clerk.accounts.dev/.well-known/jwks.json'
    const PUBLIC_URL = 'https://office.example.org'
    expect(readConfig({ CLERK_JWKS_URL: jwksUrl, PUBLIC_URL }).clerk).toEqual({
      key: { jwksUrl },
      authorizedParties: [PUBLIC_URL],
    })
    const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      type: 'spki',
      format: 'pem',
    })
    const parties = 'https://a.example.org/, http://localhost:5173'
    const env = { CLERK_JWT_KEY: String(pem).replaceAll('\n', '\\n'), CLERK_AUTHORIZED_PARTIES: parties }
    expect(readConfig(env).clerk).toEqual({
      key: { pem },
      authorizedParties: ['https://a.example.org', 'http://localhost:5173'],
    })
  })

  it.each([
    [{ CLERK_JWKS_URL: 'https://x.example.org/jwks' }, 'CLERK_AUTHORIZED_PARTIES is missing'],
    [
      { CLERK_JWKS_URL: 'http://x.example.org/jwks' },
      'CLERK_JWKS_URL must be an address that begins with https',
    ],
    [{ CLERK_JWT_KEY: 'secret' }, 'CLERK_JWT_KEY must be the RSA public key'],
    [{ CLERK_AUTHORIZED_PARTIES: 'example.org' }, 'CLERK_AUTHORIZED_PARTIES must be origins'],
    [{ CLERK_WEBHOOK_SECRET: 'secret' }, 'CLERK_WEBHOOK_SECRET must be the signing secret'],
    [{ OIDC_ISSUER: 'https://login.example.org' }, 'OIDC_ISSUER and OIDC_AUDIENCE belong together'],
    [{ OIDC_AUDIENCE: 'factotum' }, 'OIDC_ISSUER and OIDC_AUDIENCE belong together'],
  ])('refuse %j, without repeating a secret', (env, sentence) => {
    expect(refusal(env)).toContain(sentence)
    expect(refusal(env)).not.toContain('"secret"')
  })

  it('tell who is told of errors and traces', () => {
    expect(readConfig({})).toMatchObject({ sentry: null, otlp: null })
    const dsn = 'https://abc@sentry.example.org/7'
    expect(readConfig({ SENTRY_DSN: dsn, SENTRY_SAMPLE_RATE: '.25' }).sentry).toEqual({
      dsn,
      environment: 'production',
      share: 0.25,
    })
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a=b, authorization=Bearer%20c',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    }
    expect(readConfig(env).otlp).toEqual({
      endpoint: 'http://collector:4318',
      headers: { 'x-key': 'a=b', authorization: 'Bearer c' },
      service: 'factotum',
      share: 0.1,
    })
  })

  it.each([
    [{ SENTRY_DSN: 'https://sentry.example.org/secret' }, 'SENTRY_DSN must be the DSN of a project'],
    [{ SENTRY_SAMPLE_RATE: '2' }, 'SENTRY_SAMPLE_RATE must be a number from 0 (none) to 1 (all)'],
    [{ SENTRY_ENVIRONMENT: 'a b' }, 'SENTRY_ENVIRONMENT must be up to 64 letters'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:secret@collector' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://localhost:4318',
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, 'OTEL_EXPORTER_OTLP_HEADERS must be name=value'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'x=secret%0d' }, 'OTEL_EXPORTER_OTLP_HEADERS must be name=value'],
    [{ OTEL_SERVICE_NAME: 'x'.repeat(65) }, 'OTEL_SERVICE_NAME must be up to 64 letters'],
    [{ OTEL_TRACES_SAMPLER_ARG: 'all' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0'],
  ])('refuse %j, without repeating what may be secret', (env, sentence) => {
    expect(refusal(env)).toContain(sentence)
    expect(refusal(env)).not.toContain('secret')
  })

  it('are named all at once where several are wrong', () => {
    const message = refusal({ PORT: 'x', HOST: 'http://me', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x' })
    expect(message).toMatch(/^5 settings are wrong/)
    for (const name of ['PORT', 'HOST', 'LOG_LEVEL', 'DATABASE_URL', 'SECRET_KEY'])
      expect(message).toContain(`- ${name} `)
  })

  it('are named all at once with those that people can set, too', () => {
    const message = refusal({
      PORT: 'x',
      HOURLY_LIMIT: '0',
      DAILY_LIMIT: 'many',
      TIME_ZONE: 'Mars',
      OUTPUT_ROOTS: 'x',
    })
    expect(message).toMatch(/^5 settings are wrong/)
    for (const name of ['PORT', 'HOURLY_LIMIT', 'DAILY_LIMIT', 'TIME_ZONE', 'OUTPUT_ROOTS'])
      expect(message).toContain(`- ${name} `)
  })

  it('never repeat a password', () => {
    expect(refusal({ DATABASE_URL: 'postgre://me:secret@host/x' })).not.toContain(':secret')
  })
})

describe('.env.sample', () => {
  it('lists every setting with its meaning and its default', () => {
    expect(readFileSync(new URL('.env.sample', root), 'utf8')).toBe(envSample())
  })

  it('has defaults that are those of the program', () => {
    for (const { sample, fallback, read } of Object.values(variables)) {
      if (sample !== '') expect(read(sample)).toStrictEqual(fallback)
    }
  })
})

describe('docs/reference/settings.md', () => {
  it('has a row for every setting of the platform', () => {
    const page = readFileSync(new URL('docs/reference/settings.md', root), 'utf8')
    for (const { configName, type, default: value, description } of Object.values(ownSettings)) {
      const sample = String(value) === '' ? '' : `\`${value}\` `
      expect(page).toContain(`| \`${configName}\` | ${type} | ${sample}| ${description} |`)
    }
  })
})

describe('docs/reference/configuration.md', () => {
  it('has a row for every setting', () => {
    const page = readFileSync(new URL('docs/reference/configuration.md', root), 'utf8')
    for (const [name, { sample, meaning }] of Object.entries(variables)) {
      expect(page).toContain(`| \`${name}\` | ${sample ? `\`${sample}\` ` : ''}| ${meaning} |`)
    }
  })
})

describe('The file .env', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'factotum-env-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('adds to the environment, which wins', async () => {
    await writeFile(join(folder, '.env'), 'PORT=4000\nLOG_LEVEL="debug" # loud\n')
    expect(environment({ PORT: '5000' }, folder)).toEqual({ PORT: '5000', LOG_LEVEL: 'debug' })
  })

  it('may be missing', () => {
    expect(environment({ PORT: '5000' }, folder)).toEqual({ PORT: '5000' })
  })
})
