import { and, eq, sql } from 'drizzle-orm'
import { errors } from '../errors/index.ts'
import type { Asker } from './asker.ts'
import { challengedAccount } from './challenge.ts'
import { type FailureCode, recordFailure } from './failures.ts'
import { within } from './joined.ts'
import { lockAccount } from './lock-account.ts'
import type { Parts } from './parts.ts'
import { by, byOwner } from './record.ts'
import { refusedOr } from './refused.ts'
import { accounts, sessions } from './schema.ts'
import { forgetSessionCookie } from './session.ts'
import { headersOf, type Visitor } from './visitor.ts'

/** What came of an attempt: `set-cookie` headers, and whether a code of the second factor is still owed. */
export interface SignedIn {
  cookies: string[]
  owesCode: boolean
}

/** Signing in with a password, and a code where the account asks for one; signing out. */
export function signing(parts: Parts) {
  const { afterwards, auth, cookie, database, limit, record } = parts

  /** Whether there is such an account must not show, also not in the time that an answer takes. */
  const failed = (email: string, code: FailureCode, visitor: Visitor) =>
    afterwards.begin(async () => {
      if (code === 'SHUT' && !(await limit.isShut(email))) return
      const [account] = await database.db
        .select({ id: accounts.id })
        .from(accounts)
        .where(and(eq(accounts.email, email), eq(accounts.service, false)))
      if (account) await recordFailure(parts, account.id, code, visitor)
    })

  return {
    /**
     * @throws HttpError wrong_credentials: the same for a wrong password and for an email that nobody has
     * @throws HttpError too_many_attempts
     */
    async signIn(given: { email: string; password: string }, visitor: Visitor): Promise<SignedIn> {
      const email = given.email.trim().toLowerCase()
      try {
        await limit.spend(visitor.address, email)
      } catch (error) {
        failed(email, 'SHUT', visitor)
        throw error
      }
      const result = await refusedOr(
        (await auth()).api.signInEmail({
          body: { email, password: given.password },
          headers: headersOf(visitor),
          returnHeaders: true,
        }),
      )
      if ('refused' in result) {
        failed(email, 'PASSWORD_REFUSED', visitor)
        throw errors.fail('wrong_credentials')
      }
      await limit.forgive(visitor.address, email)
      const { headers, response } = result.done
      const owesCode = 'twoFactorRedirect' in response
      // Nobody has the session's cookie before this is written.
      if ('user' in response && !owesCode) {
        const { id } = response.user
        await database.transaction((tx) =>
          record.signIn(tx, id, { ...byOwner(id, visitor), code: 'PASSWORD' }),
        )
      }
      return { cookies: headers.getSetCookie(), owesCode }
    },

    /**
     * The second step: six digits of an authenticator app, or one of the backup codes. Too many wrong ones end
     * the attempt, and then lock the account's second factor for a while.
     *
     * @throws HttpError wrong_code, code_expired
     */
    async signInWithCode(code: string, visitor: Visitor): Promise<SignedIn> {
      // A session that the browser has already must not be taken for the one that is about to begin.
      const headers = headersOf(visitor, cookie.name)
      const body = { code: code.replace(/\s/g, '') }
      const { api } = await auth()
      const ofApp = /^\d{6}$/.test(body.code)
      const accountId = await challengedAccount(auth, visitor.headers.cookie)
      const result = await database.transaction(async (tx) => {
        if (accountId !== null) await lockAccount(tx, accountId)
        const result = await within(tx, () =>
          refusedOr<{ headers: Headers; response: { user: { id: string } } }>(
            ofApp
              ? api.verifyTOTP({ body, headers, returnHeaders: true })
              : api.verifyBackupCode({ body, headers, returnHeaders: true }),
          ),
        )
        if ('done' in result) {
          const { id } = result.done.response.user
          await record.signIn(tx, id, { ...byOwner(id, visitor), code: ofApp ? 'CODE' : 'BACKUP_CODE' })
        }
        return result
      })
      if ('done' in result) return { cookies: result.done.headers.getSetCookie(), owesCode: false }
      if (!wrongCodes.has(result.refused)) throw errors.fail('code_expired')
      if (accountId !== null) afterwards.begin(() => recordFailure(parts, accountId, 'CODE_REFUSED', visitor))
      throw errors.fail('wrong_code')
    },

    /** Ends the session that asks; answers the `set-cookie` header that forgets it. */
    async signOut(asker: Asker, requestId?: string): Promise<string> {
      await database.transaction(async (tx) => {
        const ended = await tx.db
          .delete(sessions)
          .where(eq(sql`${sessions.id}::text`, asker.sessionId))
          .returning({ id: sessions.id })
        if (ended.length > 0)
          await record.signIn(tx, asker.account.id, { ...by(asker, requestId), code: 'SIGNED_OUT' })
      })
      return forgetSessionCookie(cookie)
    },
  }
}

const wrongCodes = new Set(['INVALID_CODE', 'INVALID_BACKUP_CODE'])
