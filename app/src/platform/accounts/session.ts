import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseCookies, serializeCookie, serializeSignedCookie } from 'better-call'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Database, Transaction } from '../database/index.ts'
import type { Asker, Identify } from './asker.ts'
import { emailOrNull } from './email.ts'
import type { Parts } from './parts.ts'
import { sessionAge } from './rules.ts'
import { accounts, sessions } from './schema.ts'
import type { Visitor } from './visitor.ts'

/** The cookie of sessions, as better-auth names it. */
export async function cookieOf(auth: Parts['auth']) {
  const { authCookies, secret } = await (await auth()).$context
  return { ...authCookies.sessionToken, secret }
}

/**
 * Who comes with this session's cookie. It is our own look, not better-auth's: one query, and a database that
 * is away is told as that.
 */
export function identifyBySession(auth: Parts['auth'], { db }: Pick<Database, 'db'>): Identify {
  return async ({ headers }) => {
    const token = await signedToken(auth, headers.cookie)
    if (token === null) return null
    const [row] = await db
      .select({ account: accounts, sessionId: sessions.id })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.userId))
      .where(
        and(eq(sessions.token, token), gt(sessions.expiresAt, sql`now()`), isNull(accounts.deactivatedAt)),
      )
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

/** The token of the session's cookie. */
async function signedToken(auth: Parts['auth'], cookies: string | undefined): Promise<string | null> {
  // Who brings none doesn't have better-auth loaded.
  if (!cookies) return null
  const { name, secret } = await cookieOf(auth)
  return signedValue(cookies, name, secret)
}

/** What a cookie that we signed says; null for any other. */
export function signedValue(cookies: string | undefined, name: string, secret: string): string | null {
  const value = parseCookies(cookies ?? '').get(name)
  if (!value) return null
  const dot = value.lastIndexOf('.')
  const token = value.slice(0, Math.max(dot, 0))
  const given = Buffer.from(value.slice(dot + 1), 'base64')
  const right = createHmac('sha256', secret).update(token).digest()
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
export async function sessionCookie(auth: Parts['auth'], token: string): Promise<string> {
  const { name, secret, attributes } = await cookieOf(auth)
  return serializeSignedCookie(name, token, secret, { ...attributes, maxAge: sessionAge })
}

/** The `set-cookie` header that takes the session's cookie away. */
export async function forgetSessionCookie(auth: Parts['auth']): Promise<string> {
  const { name, attributes } = await cookieOf(auth)
  return serializeCookie(name, '', { ...attributes, maxAge: 0 })
}
