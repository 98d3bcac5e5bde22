import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { parse, serialize } from 'cookie'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Config } from '../config/index.ts'
import type { Database, Transaction } from '../database/index.ts'
import type { Asker, Identify } from './asker.ts'
import { emailOrNull } from './email.ts'
import { sessionAge } from './rules.ts'
import { accounts, sessions } from './schema.ts'
import type { Visitor } from './visitor.ts'

/** The cookie of sessions, and what it is signed with. */
export type SessionCookie = ReturnType<typeof cookieOf>

/**
 * The same that better-auth, by which people sign in, sets. It isn't asked: it takes seconds to load, and who only
 * comes with a session needn't wait for it.
 */
export function cookieOf({ publicUrl }: Pick<Config, 'publicUrl'>, secret: string) {
  const secure = publicUrl?.startsWith('https:') ?? false
  const attributes = { secure, sameSite: 'lax', path: '/', httpOnly: true } as const
  return { name: `${secure ? '__Secure-' : ''}factotum.session_token`, attributes, secret }
}

/**
 * Who comes with this session's cookie. It is our own look, not better-auth's: one query, and a database that
 * is away is told as that.
 */
export function identifyBySession(cookie: SessionCookie, { db }: Pick<Database, 'db'>): Identify {
  return async ({ headers }) => {
    const token = signedValue(headers.cookie, cookie)
    if (token === null) return null
    const [row] = await db
      .select({ account: accounts, sessionId: sessions.id })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.userId))
      .where(
        and(eq(sessions.token, token), gt(sessions.expiresAt, sql`now()`), isNull(accounts.deactivatedAt)),
      )
      .catch((error: unknown) => {
        // Drizzle's own sentence repeats the token, and sentences go to the log.
        throw error instanceof Error && error.cause instanceof Error ? error.cause : error
      })
    return row ? asker(row.account, row.sessionId) : null
  }
}

function asker(account: typeof accounts.$inferSelect, sessionId: string): Asker {
  const { id, name, email, role, service } = account
  return {
    account: { id, name, email: emailOrNull(email), role, service },
    via: 'session',
    scopes: 'all',
    sessionId,
    keyId: null,
  }
}

/** What a cookie that we signed says; null for any other. */
export function signedValue(
  header: string | undefined,
  { name, secret }: Pick<SessionCookie, 'name' | 'secret'>,
): string | null {
  const value = parse(header ?? '')[name]
  if (!value) return null
  const dot = value.lastIndexOf('.')
  const token = value.slice(0, Math.max(dot, 0))
  const given = Buffer.from(value.slice(dot + 1), 'base64')
  const right = signature(token, secret)
  return given.length === right.length && timingSafeEqual(given, right) ? token : null
}

/** Begins a session in a transaction; answers the token that its cookie is made of. */
export async function beginSession(tx: Transaction, accountId: string, visitor: Visitor): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await tx.db.insert(sessions).values({
    userId: accountId,
    token,
    expiresAt: new Date(Date.now() + sessionAge * 1_000),
    ipAddress: visitor.address,
    userAgent: visitor.headers['user-agent'] ?? '',
  })
  return token
}

/** The `set-cookie` header of a session. */
export function sessionCookie({ name, secret, attributes }: SessionCookie, token: string): string {
  const value = `${token}.${signature(token, secret).toString('base64')}`
  return serialize(name, value, { ...attributes, maxAge: sessionAge })
}

/** The `set-cookie` header that takes the session's cookie away. */
export function forgetSessionCookie({ name, attributes }: SessionCookie): string {
  return serialize(name, '', { ...attributes, maxAge: 0 })
}

const signature = (token: string, secret: string) => createHmac('sha256', secret).update(token).digest()
