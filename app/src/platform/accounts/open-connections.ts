import { and, gt, inArray, isNull, sql } from 'drizzle-orm'
import { isGood } from '../keys/identify.ts'
import type { Asker } from './asker.ts'
import type { Parts } from './parts.ts'
import { accounts, apiKeys, sessions } from './schema.ts'

/** Milliseconds from one look to the next: what was taken away counts within two of them. */
const every = 1_000

interface Open {
  asker: Asker
  end(): void
}

/**
 * A connection that stays open outlives the guard's look at who asks. While there are some, one question a second
 * asks for all of them: also what other processes did, and what time did, is seen.
 */
export function openConnections({ database: { db }, log }: Pick<Parts, 'database' | 'log'>) {
  const open = new Set<Open>()
  let planned = false

  function plan(): void {
    if (planned || open.size === 0) return
    planned = true
    setTimeout(turn, every).unref()
  }

  async function turn(): Promise<void> {
    try {
      await look()
    } catch (error) {
      // Nobody is cut off for a database that is away: it lets no news through, either.
      log.warn({ err: error }, 'whether open connections may stay could not be looked up')
    }
    planned = false
    plan()
  }

  async function look(): Promise<void> {
    const looked = [...open]
    const askers = looked.map(({ asker }) => asker)
    const [roles, running, good] = await Promise.all([
      rolesOf(askers),
      lastingSessions(askers),
      goodKeys(askers),
    ])
    const now = Date.now()
    for (const { asker, end } of looked) {
      const { account, sessionId, keyId, until } = asker
      const stays =
        roles.get(account.id) === account.role &&
        (sessionId === null || running.has(sessionId)) &&
        (keyId === null || good.has(keyId)) &&
        (until === undefined || until.getTime() > now)
      if (!stays) end()
    }
  }

  async function rolesOf(askers: Asker[]) {
    const ids = [...new Set(askers.map(({ account }) => account.id))]
    const rows = await db
      .select({ id: accounts.id, role: accounts.role })
      .from(accounts)
      .where(and(inArray(accounts.id, ids), isNull(accounts.deactivatedAt)))
    return new Map(rows.map(({ id, role }) => [id, role]))
  }

  async function lastingSessions(askers: Asker[]) {
    const ids = new Set(askers.flatMap(({ sessionId }) => sessionId ?? []))
    if (ids.size === 0) return ids
    const rows = await db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(inArray(sessions.id, [...ids]), gt(sessions.expiresAt, sql`now()`)))
    return new Set(rows.map(({ id }) => id))
  }

  async function goodKeys(askers: Asker[]) {
    const ids = new Set(askers.flatMap(({ keyId }) => keyId ?? []))
    if (ids.size === 0) return ids
    const rows = await db
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(and(inArray(apiKeys.id, [...ids]), isGood))
    return new Set(rows.map(({ id }) => id))
  }

  return {
    /**
     * Calls `end` within 2 seconds of the asker's session having ended, key or token being no good any more, account
     * having been deactivated, or role having changed. The answer is called when the connection has ended by itself.
     */
    whileAllowed(asker: Asker, end: () => void): () => void {
      const one = { asker, end }
      open.add(one)
      plan()
      return () => open.delete(one)
    },
  }
}
