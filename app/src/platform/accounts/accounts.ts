import { lt, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import type { Database } from '../database/index.ts'
import type { HttpServer } from '../http/index.ts'
import { keys } from '../keys/keys.ts'
import { clerkWebhook } from '../tokens/clerk-webhook.ts'
import { identifyByToken } from '../tokens/identify.ts'
import { afterwards } from './afterwards.ts'
import type { Identify } from './asker.ts'
import type { Auth } from './auth.ts'
import { byLink } from './by-link.ts'
import { identifyBy } from './identify.ts'
import { sweepLinks } from './links.ts'
import { openConnections } from './open-connections.ts'
import { ownAccount } from './own-account.ts'
import type { Parts } from './parts.ts'
import { passkeys } from './passkeys.ts'
import { people } from './people.ts'
import { recorder } from './record.ts'
import { sessions, verifications } from './schema.ts'
import { secondFactor } from './second-factor.ts'
import { secretKey } from './secret-key.ts'
import { cookieOf, identifyBySession } from './session.ts'
import { signing } from './sign-in.ts'
import { signInLimit } from './sign-in-limit.ts'

export interface AccountsOptions {
  config: Config
  database: Database
  /** Where what happened is written; `events.ts` has to be registered there. */
  events: Parts['events']
  log: Logger
  /** How a message reaches a person; default: it is shown on the screen, and says so. */
  send?: Parts['send']
}

export type Accounts = Awaited<ReturnType<typeof createAccounts>>

/** Everything about who may come in; one for each process, all on the same tables. */
export async function createAccounts({ config, database, events, log, send = toLog(log) }: AccountsOptions) {
  const secret = await secretKey(config)
  let made: Promise<Auth> | undefined
  const auth = () =>
    (made ??= import('./auth.ts').then((it) => it.createAuth({ config, database, log, secret })))
  const cookie = cookieOf(config, secret)
  let base = config.publicUrl ?? ownAddress(config)
  const parts: Parts = {
    afterwards: afterwards(log),
    auth,
    cookie,
    database,
    events,
    limit: signInLimit(database.pool),
    log,
    record: recorder(events),
    address: (path) => `${base}${path}`,
    send,
  }
  const ownKeys = keys({ database, events })
  const identify: Identify = identifyBy({
    session: identifyBySession(cookie, database),
    key: ownKeys.identify,
    token: identifyByToken({ database, events, log }, config),
  })
  return {
    identify,
    keys: ownKeys,
    ...signing(parts),
    ...byLink(parts),
    ...ownAccount(parts),
    ...secondFactor(parts),
    ...passkeys(parts),
    people: people(parts),
    ...openConnections(parts),

    /** Adds what sign-in providers call. */
    webhooks: (app: HttpServer) => clerkWebhook(app, { database, events }, config),

    /** Told where the program listens: links begin with that where there is no PUBLIC_URL. */
    listensAt(url: string): void {
      base = config.publicUrl ?? url.replace(/\/$/, '')
    },

    /** Waits until all that was answered is written as well. */
    settle: () => parts.afterwards.done(),

    /** Removes sessions, links and challenges that have run out. */
    async sweep(): Promise<void> {
      const { db } = database
      await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`))
      await db.delete(verifications).where(lt(verifications.expiresAt, sql`now()`))
      await sweepLinks(db)
    },
  }
}

function ownAddress({ host, port }: Config): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Until there is a way to send mail, whoever runs the program sees the message on its screen and hands the link on. */
const toLog =
  (log: Logger): Parts['send'] =>
  async (_tx, { to, subject, text }) =>
    log.warn({ to, subject, private: text }, 'no mail is set up: this message is only on this screen')
