import { and, eq, isNull } from 'drizzle-orm'
import type { Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'
import { firstAdministrator, hasAdministrator, lockPeople } from './first-administrator.ts'
import { dropLinksOf, lookAtLink, makeLink, takeLink } from './links.ts'
import { lockAccount } from './lock-account.ts'
import { noteJoined } from './note-joined.ts'
import type { Parts } from './parts.ts'
import { hashNewPassword, setPassword } from './password.ts'
import { byOwner, whence } from './record.ts'
import { accounts, sessions } from './schema.ts'
import { beginSession, sessionCookie } from './session.ts'
import type { Visitor } from './visitor.ts'

/** What a link that was followed is good for: a form in which to choose a password, or it has signed in. */
export type Followed =
  | { choose: 'invitation' | 'password'; name: string; email: string }
  | { choose: null; cookies: string[]; first: boolean }

/** Ways in by a link that is good once. */
export function byLink({ afterwards, auth, cookie, database, limit, record, address, send }: Parts) {
  const { db } = database

  return {
    /**
     * The link that signs the first administrator in, or null when an administrator can sign in without one.
     * Who came by such a link and set no password is not locked out: the next start prints another.
     */
    async firstAdministratorLink(): Promise<string | null> {
      if (await hasAdministrator(db)) return null
      return address(linkPath(await makeLink(db, { purpose: 'first_administrator', accountId: null })))
    },

    /**
     * A link that signs the person with this email in, for who is locked out: it asks for no code.
     *
     * @throws HttpError account_not_found, account_deactivated
     */
    async signInLink(email: string): Promise<string> {
      const account = await personWith(db, email)
      if (!account) throw errors.fail('account_not_found', { who: email })
      if (account.deactivatedAt) throw errors.fail('account_deactivated', { name: account.name })
      const { id } = account
      const token = await database.transaction(async (tx) => {
        const token = await makeLink(tx.db, { purpose: 'sign_in', accountId: id })
        await record.account(tx, id, { code: 'LINK_PRINTED', createdBy: null })
        return token
      })
      return address(linkPath(token))
    },

    /**
     * Sends a link to choose another password, if somebody active has this email: afterwards, so that whether there
     * is anybody can't be told from here, nor from the time that it takes.
     *
     * @throws HttpError too_many_attempts
     */
    async forgotPassword(email: string, visitor: Visitor): Promise<void> {
      await limit.spend(visitor.address, `forgotten ${email.trim()}`)
      afterwards.begin(() =>
        database.transaction(async (tx) => {
          const account = await personWith(tx.db, email)
          if (!account || account.deactivatedAt || !account.joinedAt) return
          const token = await makeLink(tx.db, { purpose: 'password', accountId: account.id })
          await send(tx, passwordMessage(account, address(linkPath(token))))
        }),
      )
    },

    /**
     * Follows a link: one that signs in does so at once, and is used up; one that asks for a password is not.
     *
     * @throws HttpError link_gone
     */
    async followLink(token: string, visitor: Visitor): Promise<Followed> {
      const link = await lookAtLink(db, token)
      if (link?.purpose === 'invitation' || link?.purpose === 'password') {
        const { name, email } = await ownerOf(db, link.accountId)
        return { choose: link.purpose, name, email }
      }
      const first = link?.purpose === 'first_administrator'
      const sessionToken = await database.transaction(async (tx) => {
        // Before the row of the link, or two who come with two links would wait for each other.
        if (first) await lockPeople(tx)
        const taken = await takeLink(tx.db, token, ['first_administrator', 'sign_in'])
        if (!taken) throw errors.fail('link_gone')
        const { id, made } = first
          ? await firstAdministrator(tx)
          : { id: (await ownerOf(tx.db, taken.accountId)).id, made: false }
        const session = await beginSession(tx, id, visitor)
        if (made) await record.account(tx, id, { ...byOwner(id, visitor), code: 'FIRST' })
        else await noteJoined(tx, record, id, byOwner(id, visitor))
        await record.signIn(tx, id, { ...byOwner(id, visitor), code: 'LINK' })
        return session
      })
      return { choose: null, cookies: [sessionCookie(cookie, sessionToken)], first }
    },

    /**
     * Takes an invitation, or the link of somebody who forgot their password: sets the password, ends all
     * sessions and links that there were, and signs in, unless the account asks for a code.
     *
     * @throws HttpError link_gone, invalid
     */
    async choosePassword(
      token: string,
      given: { password: string; name?: string | undefined },
      visitor: Visitor,
    ): Promise<{ cookies: string[]; owesCode: boolean }> {
      const hash = await hashNewPassword(auth, given.password)
      const sessionToken = await database.transaction(async (tx) => {
        const link = await lookAtLink(tx.db, token)
        // Before the row of the link: who comes with another link of this account drops this one, and would wait for it.
        if (link?.accountId) await lockAccount(tx, link.accountId)
        const taken = await takeLink(tx.db, token, ['invitation', 'password'])
        if (!taken) throw errors.fail('link_gone')
        const owner = await ownerOf(tx.db, taken.accountId)
        const name = given.name?.trim() || owner.name
        await tx.db.update(accounts).set({ name, updatedAt: new Date() }).where(eq(accounts.id, owner.id))
        await setPassword(tx, owner.id, hash)
        await tx.db.delete(sessions).where(eq(sessions.userId, owner.id))
        await dropLinksOf(tx.db, owner.id)
        const session = owner.twoFactorEnabled ? null : await beginSession(tx, owner.id, visitor)
        const cause = byOwner(owner.id, visitor)
        await noteJoined(tx, record, owner.id, cause)
        const context = { by: 'link', ...whence(visitor) }
        await record.account(tx, owner.id, { ...cause, code: 'PASSWORD_CHANGED', context })
        if (session !== null) await record.signIn(tx, owner.id, { ...cause, code: 'LINK' })
        return session
      })
      const cookies = sessionToken === null ? [] : [sessionCookie(cookie, sessionToken)]
      return { cookies, owesCode: sessionToken === null }
    },
  }
}

/** Where a link leads within the site. */
export const linkPath = (token: string) => `/signin/link?token=${token}`

export const passwordMessage = ({ name, email }: { name: string; email: string }, link: string) => ({
  to: email,
  subject: 'Choose another password',
  text: `Hello ${name}, with this link you choose another password, within an hour and once: ${link}`,
})

async function personWith(db: Transaction['db'], email: string) {
  const [account] = await db
    .select()
    .from(accounts)
    .where(and(eq(accounts.email, email.trim().toLowerCase()), eq(accounts.service, false)))
  return account
}

/** Whose link it is. @throws HttpError link_gone, when the account was deactivated meanwhile */
async function ownerOf(db: Transaction['db'], id: string | null) {
  if (id === null) throw errors.fail('link_gone')
  const [owner] = await db
    .select()
    .from(accounts)
    .where(and(eq(accounts.id, id), isNull(accounts.deactivatedAt)))
  if (!owner) throw errors.fail('link_gone')
  return owner
}
