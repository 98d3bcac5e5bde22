import { and, eq, isNull, sql } from 'drizzle-orm'
import type { EntryOf } from '../../eventlog/index.ts'
import type { Transaction } from '../database/index.ts'
import type { accountEvents } from './events.ts'
import type { Recorder } from './record.ts'
import { accounts } from './schema.ts'

/** Notes that the owner of an account is here, if they come for the first time. */
export async function noteJoined(
  tx: Transaction,
  record: Pick<Recorder, 'account'>,
  id: string,
  cause: Omit<EntryOf<typeof accountEvents>, 'code'>,
): Promise<void> {
  const joined = await tx.db
    .update(accounts)
    .set({ joinedAt: sql`now()` })
    .where(and(eq(accounts.id, id), isNull(accounts.joinedAt)))
    .returning({ id: accounts.id })
  if (joined.length > 0) await record.account(tx, id, { ...cause, code: 'JOINED' })
}
