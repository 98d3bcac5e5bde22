import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Asker } from '../accounts/asker.ts'
import { noEmail } from '../accounts/email.ts'
import { isId } from '../accounts/people.ts'
import { may } from '../accounts/permissions.ts'
import type { Role } from '../accounts/roles.ts'
import { accounts } from '../accounts/schema.ts'
import type { Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'

/** Whose a new key is: of an account that there is, or of one that is made for the program, with this role. */
export type Owner = { accountId: string } | { role: Role }

/**
 * The account of a new key. Everybody makes keys for their own; who may see all keys makes them for programs, too,
 * but not for another person: what a key does is written down as its account's doing. A command makes them for all.
 *
 * @throws HttpError forbidden, person_not_found, account_deactivated
 */
export async function accountFor(tx: Transaction, owner: Owner, name: string, by: Asker | 'program') {
  if (by !== 'program') {
    // It would outlive the revocation of the first.
    if (by.via === 'key') throw forbidden('A key makes no other keys.')
    if ('accountId' in owner && owner.accountId === by.account.id) return by.account.id
    if (!may(by, 'keys.all')) throw forbidden('You make keys for your own account only.')
  }
  if ('role' in owner) return makeAccount(tx, name, owner.role)
  const account = await find(tx, owner.accountId)
  if (by !== 'program' && !account.service)
    throw forbidden(`${account.name} is a person, and makes their own keys.`)
  return account.id
}

async function makeAccount({ db }: Transaction, name: string, role: Role): Promise<string> {
  const id = randomUUID()
  await db.insert(accounts).values({ id, name, email: noEmail(id), role, service: true })
  return id
}

async function find({ db }: Transaction, id: string) {
  const [account] = isId(id) ? await db.select().from(accounts).where(eq(accounts.id, id)) : []
  if (!account) throw errors.fail('person_not_found', { id })
  if (account.deactivatedAt) throw errors.fail('account_deactivated', { name: account.name })
  return account
}

const forbidden = (reason: string) => errors.fail('forbidden', { reason })
