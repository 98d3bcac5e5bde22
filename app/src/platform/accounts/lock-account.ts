import { eq } from 'drizzle-orm'
import type { Transaction } from '../database/index.ts'
import { accounts } from './schema.ts'

/**
 * From here to the end of the transaction nobody else changes this account's second factor, uses one of its codes
 * (better-auth reads them, and writes what is left), or sets its password.
 */
export async function lockAccount({ db }: Transaction, id: string): Promise<{ secondFactor: boolean }> {
  const [account] = await db
    .select({ secondFactor: accounts.twoFactorEnabled })
    .from(accounts)
    .where(eq(accounts.id, id))
    .for('no key update')
  return account ?? { secondFactor: false }
}
