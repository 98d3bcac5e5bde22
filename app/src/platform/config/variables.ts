import { isIP } from 'node:net'
import { isAbsolute, resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import type { Rotation } from '../logging/log-file.ts'
import { defaultRotation, logDays, logFiles, logLevel, logRotation } from './log-values.ts'
import { origins, publicKey, secureUrl, webhookSecret } from './provider-values.ts'
import { collector, headerPairs, sentryDsn, share, shortName } from './receiver-values.ts'
import { size } from './size.ts'

/** A variable of the environment: what the program, `.env.sample` and the docs know about it. */
export interface Variable<T> {
  /** One sentence: what it means, in which unit. */
  meaning: string
  /** The default as one would write it; empty where there is none. */
  sample: string
  /** The value where the variable is absent or empty. */
  fallback: T
  /** Reads the text. Throws an Error whose message ends the sentence "NAME …". */
  read(text: string): T
}

export const variables = {
  PORT: {
    meaning: 'The port on which the web server listens.',
    sample: '3000',
    fallback: 3000,
    read: port,
  },
  HOST: {
    meaning:
      'The address on which it listens; 0.0.0.0 or :: for all of this machine, so that others reach it: then set PUBLIC_URL, too.',
    sample: '127.0.0.1',
    fallback: '127.0.0.1',
    read: host,
  },
  FACTOTUM_HOME: {
    meaning: 'The folder of all that the program keeps: database, storage, logs.',
    sample: '.factotum',
    fallback: resolve('.factotum'),
    read: (text: string) => (isAbsolute(text) ? text : resolve(text)),
  },
  DATABASE_URL: {
    meaning:
      'A PostgreSQL server from version 14; without it the program runs one of its own in FACTOTUM_HOME.',
    sample: '',
    fallback: null,
    read: postgresUrl,
  },
  PUBLIC_URL: {
    meaning:
      'The address at which people reach the program, such as https://factotum.example.org; links in messages begin with it.',
    sample: '',
    fallback: null,
    read: publicUrl,
  },
  TRUSTED_PROXIES: {
    meaning:
      'Proxies of which X-Forwarded-For is believed: addresses and networks such as 10.0.0.0/8, with commas between. From all others it is ignored.',
    sample: '',
    fallback: [],
    read: proxies,
  },
  SECRET_KEY: {
    meaning:
      'What cookies are signed with, the same for every process: 32 letters or more. Made and kept in FACTOTUM_HOME; with DATABASE_URL it has to be set.',
    sample: '',
    fallback: null,
    read: secretKey,
  },
  LOG_LEVEL: {
    meaning: 'The least that is logged: trace, debug, info, warn, error, fatal or silent.',
    sample: 'info',
    fallback: 'info',
    read: logLevel,
  },
  LOG_FILES: {
    meaning: 'Where lines of the log go: one file for all levels, or each level to its own.',
    sample: 'one',
    fallback: 'one',
    read: logFiles,
  },
  LOG_ROTATE: {
    meaning:
      'When a file of the log is complete and the next one begins: after so many lines, or a size up to 100MB. Each day (UTC) begins a new one anyhow.',
    sample: '1000 lines',
    fallback: defaultRotation,
    read: logRotation,
  },
  LOG_DAYS: {
    meaning: 'For how many days complete files of the log are kept.',
    sample: '30',
    fallback: 30,
    read: logDays,
  },
  MAX_UPLOAD_SIZE: {
    meaning: 'The largest file that is accepted: a number of bytes, or with kB, MB, GB, KiB, MiB, GiB.',
    sample: '2GB',
    fallback: 2_000_000_000,
    read: size,
  },
  CLERK_JWT_KEY: {
    meaning:
      'Clerk signs people in: its JWT public key, as PEM, with which its tokens are verified without any call.',
    sample: '',
    fallback: null,
    read: publicKey,
  },
  CLERK_JWKS_URL: {
    meaning:
      'In place of CLERK_JWT_KEY, the address of its keys: https://….clerk.accounts.dev/.well-known/jwks.json.',
    sample: '',
    fallback: null,
    read: secureUrl,
  },
  CLERK_AUTHORIZED_PARTIES: {
    meaning:
      'The origins, with commas between, whose Clerk tokens are taken; PUBLIC_URL where this is not set.',
    sample: '',
    fallback: [],
    read: origins,
  },
  CLERK_WEBHOOK_SECRET: {
    meaning: 'What Clerk signs its calls of /webhooks/clerk with: whsec_….',
    sample: '',
    fallback: null,
    read: webhookSecret,
  },
  OIDC_ISSUER: {
    meaning:
      'An OpenID Connect issuer that signs people in, exactly as its tokens name it, such as https://login.example.org.',
    sample: '',
    fallback: null,
    read: secureUrl,
  },
  OIDC_AUDIENCE: {
    meaning: 'What its tokens have to be made for: the client id of this program there.',
    sample: '',
    fallback: null,
    read: (text: string) => text,
  },
  METRICS_PORT: {
    meaning:
      'The port on which a worker or a scheduler that runs apart answers /metrics and /health, at HOST; without it, it listens nowhere.',
    sample: '',
    fallback: null,
    read: port,
  },
  SENTRY_DSN: {
    meaning: 'Errors are told to this project in Sentry, without secrets: https://key@host/number.',
    sample: '',
    fallback: null,
    read: sentryDsn,
  },
  SENTRY_ENVIRONMENT: {
    meaning: 'What this installation is called there.',
    sample: 'production',
    fallback: 'production',
    read: shortName,
  },
  SENTRY_SAMPLE_RATE: {
    meaning: 'How many of all errors are told there: a number from 0 (none) to 1 (all).',
    sample: '1',
    fallback: 1,
    read: share,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning:
      'Traces of requests and their jobs go to this OpenTelemetry collector, by HTTP with JSON, such as http://localhost:4318.',
    sample: '',
    fallback: null,
    read: collector,
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'What it is sent with each batch, such as a key: name=value, with commas between.',
    sample: '',
    fallback: [],
    read: headerPairs,
  },
  OTEL_SERVICE_NAME: {
    meaning: 'What this program is called there.',
    sample: 'factotum',
    fallback: 'factotum',
    read: shortName,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'How many of all traces are sent there: a number from 0 (none) to 1 (all).',
    sample: '1',
    fallback: 1,
    read: share,
  },
} as const satisfies Record<string, Variable<string | number | null | readonly string[] | Rotation>>

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new Error(`must be a whole number from 0 to 65535 (0: any free port), not "${text}"`)
  }
  return value
}

/** True for names and addresses of this machine alone. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

function host(text: string): string {
  const isName = /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(text) && !/^[\d.]+$/.test(text)
  if (isIP(text) !== 0 || isName) return text
  throw new Error(`must be an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0, not "${text}"`)
}

function postgresUrl(text: string): string {
  // The text may hold a password: it is never repeated.
  const hint = 'must look like postgres://user:password@host:5432/database'
  if (!URL.canParse(text)) throw new Error(hint)
  const { protocol } = new URL(text)
  if (protocol !== 'postgres:' && protocol !== 'postgresql:')
    throw new Error(`${hint}, not begin with "${protocol}"`)
  return text
}

function publicUrl(text: string): string {
  const hint = 'must be an address without a path, such as https://factotum.example.org'
  if (!URL.canParse(text)) throw new Error(`${hint}, not "${text}"`)
  const { protocol, origin, pathname, search, hash, username } = new URL(text)
  const plain = pathname === '/' && !search && !hash && !username
  if (plain && (protocol === 'https:' || protocol === 'http:')) return origin
  throw new Error(`${hint}, not "${text}"`)
}

function proxies(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim())
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const isNetwork = bits === undefined || (ipaddr.isValidCIDR(entry) && Number(bits) > 0)
    if (isIP(address) !== 0 && isNetwork) continue
    throw new Error(
      `must hold addresses and networks such as 10.0.0.0/8, with commas between, not "${entry}"`,
    )
  }
  return entries
}

/** Letters that nobody guesses: as many as `openssl rand -hex 16` prints. */
const shortestSecret = 32

function secretKey(text: string): string {
  // It is never repeated.
  if (text.length < shortestSecret) {
    throw new Error(`has ${text.length} letters and needs ${shortestSecret} or more: ${secretHint}`)
  }
  if (new Set(text).size < 8) throw new Error(`is too easy to guess: ${secretHint}`)
  return text
}

/** How to come by a SECRET_KEY. */
export const secretHint = 'take what "openssl rand -hex 32" prints'
