import type pg from 'pg'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { schema } from '../database/migrate.ts'

/** A window in which calls are counted. */
export interface WindowState {
  name: 'hour' | 'day'
  /** Of the window, in seconds. */
  length: number
  limit: number
  /** Calls that are left in it. */
  left: number
  /** Milliseconds until it begins anew. */
  endsIn: number
}

export interface Counted {
  /** False: nothing was spent. */
  allowed: boolean
  windows: WindowState[]
}

export interface CallLimits {
  hourly: number
  daily: number
}

/** Counts a client's call in both windows. */
export type CountCall = (client: string, limits: CallLimits) => Promise<Counted>

const hour = 3_600
const day = 86_400

/** A spent call is not given back this close to its window's end, or it could land in the next: milliseconds. */
const tooLate = 1_000

/**
 * Counts calls in the database, for all processes. A call that either window refuses spends neither: it is counted,
 * then given back. What others see in between only lies above the limit, so none is refused that had a place.
 */
export function countCalls(pool: pg.Pool): CountCall {
  const windows = [
    { name: 'hour' as const, length: hour, counter: counter(pool, 'hour', hour) },
    { name: 'day' as const, length: day, counter: counter(pool, 'day', day) },
  ]
  return async (client, { hourly, daily }) => {
    const counted = await Promise.all(
      windows.map(async ({ name, length, counter }) => {
        const { consumedPoints, msBeforeNext } = await counter.penalty(client)
        return { name, length, counter, used: consumedPoints, endsIn: msBeforeNext }
      }),
    )
    const limitOf = (name: 'hour' | 'day') => (name === 'hour' ? hourly : daily)
    const allowed = counted.every(({ name, used }) => used <= limitOf(name))
    if (!allowed) {
      const inTime = counted.filter(({ endsIn }) => endsIn > tooLate)
      await Promise.all(inTime.map(({ counter }) => counter.reward(client)))
    }
    return {
      allowed,
      windows: counted.map(({ name, length, used, endsIn }) => {
        const limit = limitOf(name)
        return { name, length, limit, left: Math.max(0, limit - used + (allowed ? 0 : 1)), endsIn }
      }),
    }
  }
}

function counter(pool: pg.Pool, keyPrefix: string, duration: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    schemaName: schema,
    tableName: 'call_limit',
    tableCreated: true,
    // One of the two clears away what is over, for both.
    clearExpiredByTimeout: keyPrefix === 'hour',
    keyPrefix,
    // It only counts; what is allowed is judged here, since limits change while the program runs.
    points: Number.MAX_SAFE_INTEGER,
    duration,
  })
}
