import { and, desc, eq, gt, ne, sql } from 'drizzle-orm'
import type { Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'
import type { Asker } from './asker.ts'
import { emailOf, emailOrNull } from './email.ts'
import { lockPeople } from './first-administrator.ts'
import { lockAccount } from './lock-account.ts'
import { type OwnEvent, ownLog } from './own-log.ts'
import type { Parts } from './parts.ts'
import { hashNewPassword, passwordOf, setPassword } from './password.ts'
import { by, byOwner, whence } from './record.ts'
import { accounts, passkeys, sessions } from './schema.ts'
import type { Visitor } from './visitor.ts'

export interface OwnSession {
  id: string
  /** The one that asks. */
  current: boolean
  address: string | null
  /** What the browser says of itself. */
  agent: string | null
  since: Date
  until: Date
}

export interface OwnAccount {
  name: string
  email: string | null
  hasPassword: boolean
  twoFactor: boolean
  passkeys: { id: string; name: string | null; since: Date | null }[]
  sessions: OwnSession[]
  lately: OwnEvent[]
}

/** What everybody does with their own account. */
export function ownAccount({ auth, database, events, limit, record }: Parts) {
  const { db } = database

  return {
    async own({ account: { id }, sessionId }: Asker): Promise<OwnAccount> {
      const [[account], password, keys, open, lately] = await Promise.all([
        db.select().from(accounts).where(eq(accounts.id, id)),
        passwordOf(database, id),
        db.select().from(passkeys).where(eq(passkeys.userId, id)).orderBy(desc(passkeys.createdAt)),
        db
          .select()
          .from(sessions)
          .where(and(eq(sessions.userId, id), gt(sessions.expiresAt, sql`now()`)))
          .orderBy(desc(sessions.createdAt)),
        ownLog(events, id),
      ])
      if (!account) throw errors.fail('person_not_found', { id })
      return {
        name: account.name,
        email: emailOrNull(account.email),
        hasPassword: password !== null,
        twoFactor: account.twoFactorEnabled,
        passkeys: keys.map(({ id, name, createdAt }) => ({ id, name, since: createdAt })),
        sessions: open.map((session) => ({
          id: session.id,
          current: session.id === sessionId,
          address: session.ipAddress,
          agent: session.userAgent,
          since: session.createdAt,
          until: session.expiresAt,
        })),
        lately,
      }
    },

    /**
     * Changes the name; gives an email to an account that has none yet, as the first administrator's.
     *
     * @throws HttpError invalid, email_taken
     */
    async rename(
      { account: { id } }: Asker,
      given: { name: string; email?: string | undefined },
      visitor: Visitor,
    ): Promise<void> {
      const name = given.name.trim()
      if (name === '' || name.length > 200) {
        const message = 'must have 1 to 200 letters'
        throw errors.fail(
          'invalid',
          { reason: `The name ${message}.` },
          { details: [{ field: 'name', message }] },
        )
      }
      const email = given.email === undefined ? undefined : emailOf(given.email)
      await database.transaction(async (tx) => {
        const changed = {
          ...(email !== undefined && (await giveEmail(tx, id, email))),
          ...(await giveName(tx, id, name)),
        }
        if (Object.keys(changed).length === 0) return
        const context = { ...changed, ...whence(visitor) }
        await record.account(tx, id, { ...byOwner(id, visitor), code: 'NAMED', context })
      })
    },

    /**
     * Sets the first password, or another for who knows the present one. All other sessions end.
     *
     * @throws HttpError invalid, wrong_password, too_many_attempts
     */
    async changePassword(
      { account: { id }, sessionId }: Asker,
      given: { current?: string | undefined; password: string },
      visitor: Visitor,
    ): Promise<void> {
      const hash = await hashNewPassword(auth, given.password)
      const stored = await passwordOf(database, id)
      if (stored !== null) {
        await limit.spend(visitor.address, id)
        const { password } = await (await auth()).$context
        if (!(await password.verify({ hash: stored, password: given.current ?? '' })))
          throw errors.fail('wrong_password')
        await limit.forgive(visitor.address, id)
      }
      await database.transaction(async (tx) => {
        await lockAccount(tx, id)
        // Verifying takes a tenth of a second: a link, or another browser, may have set another one meanwhile.
        if ((await passwordOf(tx, id)) !== stored) throw errors.fail('wrong_password')
        await setPassword(tx, id, hash)
        await tx.db
          .delete(sessions)
          .where(and(eq(sessions.userId, id), sessionId === null ? undefined : ne(sessions.id, sessionId)))
        const context = { by: stored === null ? 'session' : 'password', ...whence(visitor) }
        await record.account(tx, id, { ...byOwner(id, visitor), code: 'PASSWORD_CHANGED', context })
      })
    },

    /** Ends one of one's sessions, or all but the one that asks. */
    async endSessions(asker: Asker, which: { id: string } | 'others', requestId?: string) {
      const { account, sessionId } = asker
      const chosen =
        which === 'others'
          ? ne(sessions.id, sessionId ?? account.id)
          : eq(sql`${sessions.id}::text`, which.id)
      await database.transaction(async (tx) => {
        const ended = await tx.db
          .delete(sessions)
          .where(and(eq(sessions.userId, account.id), chosen))
          .returning({ address: sessions.ipAddress })
        if (ended.length === 0) return
        const context = { ended: ended.map(({ address }) => address) }
        await record.signIn(tx, account.id, { ...by(asker, requestId), code: 'SESSIONS_ENDED', context })
      })
    },
  }
}

/** What the event says: the fields that are others now. */
type Changed = Record<string, { before: string | null; after: string }>

async function giveName({ db }: Transaction, id: string, name: string): Promise<Changed> {
  const own = eq(accounts.id, id)
  const [account] = await db.select({ name: accounts.name }).from(accounts).where(own).for('no key update')
  if (!account || account.name === name) return {}
  await db.update(accounts).set({ name, updatedAt: new Date() }).where(own)
  return { name: { before: account.name, after: name } }
}

/** Only where there is none: another way in must not be moved by who found a browser open. */
async function giveEmail(tx: Transaction, id: string, email: string): Promise<Changed> {
  await lockPeople(tx)
  const { db } = tx
  const [taken] = await db.select({ id: accounts.id }).from(accounts).where(eq(accounts.email, email))
  if (taken) throw errors.fail('email_taken', { email })
  const given = await db
    .update(accounts)
    .set({ email, updatedAt: new Date() })
    .where(and(eq(accounts.id, id), sql`${accounts.email} like '%.invalid'`))
    .returning({ id: accounts.id })
  return given.length > 0 ? { email: { before: null, after: email } } : {}
}
