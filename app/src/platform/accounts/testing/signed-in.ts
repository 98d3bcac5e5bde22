import { randomUUID } from 'node:crypto'
import type { Context } from '../../context.ts'
import type { Asker } from '../asker.ts'
import type { Role } from '../roles.ts'
import { accounts as table } from '../schema.ts'
import { Browser, tokenOf } from './visit.ts'

/** Somebody with this role, who has just signed in: who they are, and the header that shows it. */
export async function signedIn(
  { accounts, database }: Pick<Context, 'accounts' | 'database'>,
  role: Role | null,
): Promise<{ asker: Asker; headers: { cookie: string } }> {
  const email = `${randomUUID()}@example.org`
  await database.db.insert(table).values({ name: `The ${role}`, email, role })
  const browser = new Browser()
  const followed = await accounts.followLink(tokenOf(await accounts.signInLink(email)), browser.visit())
  if (followed.choose === null) browser.take(followed.cookies)
  const asker = await accounts.identify(browser.visit())
  if (!asker) throw new Error('Nobody was signed in.')
  return { asker, headers: { cookie: browser.cookie } }
}
