import { eq } from 'drizzle-orm'
import { errors } from '../errors/index.ts'
import type { Parts } from './parts.ts'
import { refusedOr } from './refused.ts'
import { sessions } from './schema.ts'
import { cookieOf, forgetSessionCookie } from './session.ts'
import { headersOf, type Visitor } from './visitor.ts'

/** What came of an attempt: `set-cookie` headers, and whether a code of the second factor is still owed. */
export interface SignedIn {
  cookies: string[]
  owesCode: boolean
}

/** Signing in with a password, and a code where the account asks for one; signing out. */
export function signing({ auth, database, limit }: Parts) {
  return {
    /**
     * @throws HttpError wrong_credentials: the same for a wrong password and for an email that nobody has
     * @throws HttpError too_many_attempts
     */
    async signIn(given: { email: string; password: string }, visitor: Visitor): Promise<SignedIn> {
      const email = given.email.trim().toLowerCase()
      await limit.spend(visitor.address, email)
      const result = await refusedOr(
        (await auth()).api.signInEmail({
          body: { email, password: given.password },
          headers: headersOf(visitor),
          returnHeaders: true,
        }),
      )
      if ('refused' in result) throw errors.fail('wrong_credentials')
      await limit.forgive(visitor.address, email)
      const { headers, response } = result.done
      return { cookies: headers.getSetCookie(), owesCode: 'twoFactorRedirect' in response }
    },

    /**
     * The second step: six digits of an authenticator app, or one of the backup codes. Too many wrong ones end
     * the attempt, and then lock the account's second factor for a while.
     *
     * @throws HttpError wrong_code, code_expired
     */
    async signInWithCode(code: string, visitor: Visitor): Promise<SignedIn> {
      // A session that the browser has already must not be taken for the one that is about to begin.
      const headers = headersOf(visitor, (await cookieOf(auth)).name)
      const body = { code: code.replace(/\s/g, '') }
      const call = /^\d{6}$/.test(body.code)
        ? (await auth()).api.verifyTOTP({ body, headers, returnHeaders: true })
        : (await auth()).api.verifyBackupCode({ body, headers, returnHeaders: true })
      const result = await refusedOr<{ headers: Headers }>(call)
      if ('done' in result) return { cookies: result.done.headers.getSetCookie(), owesCode: false }
      throw errors.fail(wrongCodes.has(result.refused) ? 'wrong_code' : 'code_expired')
    },

    /** Ends a session; answers the `set-cookie` header that forgets it. */
    async signOut(sessionId: string): Promise<string> {
      await database.db.delete(sessions).where(eq(sessions.id, sessionId))
      return forgetSessionCookie(auth)
    },
  }
}

const wrongCodes = new Set(['INVALID_CODE', 'INVALID_BACKUP_CODE'])
