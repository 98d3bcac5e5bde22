import { createHash } from 'node:crypto'
import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { schema } from '../database/migrate.ts'
import { errors } from '../errors/index.ts'
import { networkOf } from '../limits/network.ts'
import { waitOf } from '../limits/wait.ts'
import { attemptWindow } from './rules.ts'

/** From an address: people of one office share it. */
const perAddress = 40
/** On one account, from wherever. */
const perAccount = 10

export interface SignInLimit {
  /**
   * Counts an attempt before its password is looked at, so that many at once are all counted.
   *
   * @throws HttpError too_many_attempts, with `retry_after` in seconds
   */
  spend(address: string, account: string): Promise<void>
  /** Takes a successful attempt back, and forgets the account's failures. */
  forgive(address: string, account: string): Promise<void>
  /** Whether attempts on this account are refused, from wherever. */
  isShut(account: string): Promise<boolean>
}

/** Attempts to sign in, counted in the database for all processes. */
export function signInLimit(pool: pg.Pool): SignInLimit {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      schemaName: schema,
      tableName: 'sign_in_limit',
      tableCreated: true,
      keyPrefix,
      points,
      duration: attemptWindow,
    })
  const addresses = limiter('address', perAddress)
  const accounts = limiter('account', perAccount)
  return {
    async spend(address, account) {
      // Either may refuse; both are told, so that guessing many accounts from one address shows.
      const spent = await Promise.allSettled([
        addresses.consume(networkOf(address)),
        accounts.consume(hashed(account)),
      ])
      for (const result of spent) if (result.status === 'rejected') throw tooMany(result.reason)
    },
    async forgive(address, account) {
      await addresses.reward(networkOf(address))
      await accounts.delete(hashed(account))
    },
    async isShut(account) {
      const spent = await accounts.get(hashed(account))
      return spent !== null && spent.consumedPoints > perAccount
    },
  }
}

/** The table need not know who tried. */
const hashed = (account: string) => createHash('sha256').update(account.toLowerCase()).digest('hex')

function tooMany(reason: unknown): unknown {
  if (!(reason instanceof RateLimiterRes)) return reason
  const seconds = Math.max(1, Math.ceil(reason.msBeforeNext / 1_000))
  return errors.fail('too_many_attempts', { wait: waitOf(seconds) }, { retry_after: seconds })
}
