import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { type LinkPurpose, signInLinks } from './schema.ts'

type Db = Pick<NodePgDatabase, 'insert' | 'select' | 'delete'>

const minute = 60_000

/** For how long each link is good. Milliseconds. */
export const linkAge: Record<LinkPurpose, number> = {
  first_administrator: 15 * minute,
  sign_in: 15 * minute,
  password: 60 * minute,
  invitation: 7 * 24 * 60 * minute,
}

export interface NewLink {
  purpose: LinkPurpose
  /** Null for the first administrator, whose account the link makes. */
  accountId: string | null
  createdBy?: string | null
}

/** Makes a link; only its hash is kept, so the token that is answered is seen here and never again. */
export async function makeLink(db: Db, { purpose, accountId, createdBy = null }: NewLink): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db.insert(signInLinks).values({
    tokenHash: hashOf(token),
    purpose,
    accountId,
    createdBy,
    expiresAt: sql`now() + ${`${linkAge[purpose]} milliseconds`}::interval`,
  })
  return token
}

export interface Link {
  purpose: LinkPurpose
  accountId: string | null
}

const shape = { purpose: signInLinks.purpose, accountId: signInLinks.accountId }

/** What a link is for, while it is good; null for any other text. */
export async function lookAtLink(db: Db, token: string): Promise<Link | null> {
  const [link] = await db.select(shape).from(signInLinks).where(good(token))
  return link ?? null
}

/** Takes a link: of two who come at once one gets it, and the other null. Part of the transaction that uses it. */
export async function takeLink(db: Db, token: string, purposes: LinkPurpose[]): Promise<Link | null> {
  const [link] = await db
    .delete(signInLinks)
    .where(and(good(token), inArray(signInLinks.purpose, purposes)))
    .returning(shape)
  return link ?? null
}

/** No link leads to this account any more. */
export async function dropLinksOf(db: Db, accountId: string): Promise<void> {
  await db.delete(signInLinks).where(eq(signInLinks.accountId, accountId))
}

/** Removes what can't be taken any more. */
export async function sweepLinks(db: Db): Promise<void> {
  await db.delete(signInLinks).where(lt(signInLinks.expiresAt, sql`now()`))
}

const good = (token: string) =>
  and(eq(signInLinks.tokenHash, hashOf(token)), gt(signInLinks.expiresAt, sql`now()`))

const hashOf = (token: string) => createHash('sha256').update(token).digest()
