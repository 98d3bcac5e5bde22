import { and, isNull, type SQL, sql } from 'drizzle-orm'
import type { EventLog } from '../../eventlog/index.ts'
import type { Asker } from '../accounts/asker.ts'
import { apiKeys } from '../accounts/schema.ts'
import type { Database, Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'
import { keyEvents } from './events.ts'
import { identifyByKey } from './identify.ts'
import { checkKey, type NewKey } from './new-key.ts'
import { accountFor } from './owner.ts'
import { type Key, readKeys, seenBy, withId } from './read.ts'
import { newSecret } from './secret.ts'

/** Who does it, and in which request. */
export interface Doer {
  /** `program`: whoever runs the program, by a command. */
  by: Asker | 'program'
  requestId?: string | undefined
}

export interface KeysOptions {
  database: Database
  events: Pick<EventLog, 'process'>
}

/** Keys with which programs come. Each belongs to an account, and has at most its rights. */
export function keys({ database, events }: KeysOptions) {
  const { db } = database

  return {
    /** Who comes with this key. */
    identify: identifyByKey(database),

    /** One's own keys, or all for who may see all: those that are good first, of these the latest first. */
    list: (asker: Asker): Promise<Key[]> => readKeys(db, seenBy(asker)),

    /** @throws HttpError key_not_found */
    one: (id: string, asker: Asker): Promise<Key> => readOne(db, id, seenBy(asker)),

    /**
     * Makes a key. `key` is seen here, and never again: only its hash is kept.
     *
     * @throws HttpError invalid, forbidden, person_not_found, account_deactivated
     */
    async make(given: NewKey, doer: Doer): Promise<{ key: string; made: Key }> {
      const checked = checkKey(given, new Date())
      const { key, ...kept } = newSecret()
      const createdBy = accountOf(doer)
      const made = await database.transaction(async (tx) => {
        const accountId = await accountFor(tx, given.owner, checked.name, doer.by)
        const [row] = await tx.db
          .insert(apiKeys)
          .values({ ...checked, ...kept, accountId, createdBy })
          .returning({ id: apiKeys.id })
        if (!row) throw new Error('The key was not made.')
        const { name, scopes, expiresAt } = checked
        await tell(tx, row.id, doer, 'MADE', {
          name,
          account: accountId,
          scopes,
          expires_at: expiresAt?.toISOString() ?? null,
        })
        return readOne(tx.db, row.id)
      })
      return { key, made }
    },

    /**
     * Lets nobody in with this key from now on; one that is revoked already stays as it is.
     *
     * @throws HttpError key_not_found
     */
    async revoke(id: string, doer: Doer): Promise<Key> {
      const seen = doer.by === 'program' ? undefined : seenBy(doer.by)
      return database.transaction(async (tx) => {
        const [revoked] = await tx.db
          .update(apiKeys)
          .set({ revokedAt: sql`now()` })
          .where(and(withId(id, seen), isNull(apiKeys.revokedAt)))
          .returning({ name: apiKeys.name })
        if (revoked) await tell(tx, id, doer, 'REVOKED', revoked)
        return readOne(tx.db, id, seen)
      })
    },
  }

  async function tell(
    { client }: Transaction,
    id: string,
    doer: Doer,
    code: 'MADE' | 'REVOKED',
    context: Record<string, string | string[] | null>,
  ): Promise<void> {
    const cause = { createdBy: accountOf(doer), correlationId: doer.requestId }
    const entry = { code, chosenBy: 'program' as const, context, ...cause }
    await events.process(client, { kind: 'key', id }, keyEvents, entry)
  }
}

const accountOf = ({ by }: Doer): string | null => (by === 'program' ? null : by.account.id)

/** @throws HttpError key_not_found */
async function readOne(db: Transaction['db'], id: string, among?: SQL): Promise<Key> {
  const [key] = await readKeys(db, withId(id, among))
  if (!key) throw errors.fail('key_not_found', { id })
  return key
}
