import { milliseconds } from './duration.ts'
import type { Backoff } from './job-options.ts'

/** No attempt is put off for longer than this, in ms. */
const longest = 86_400_000

/**
 * Milliseconds until the next attempt.
 *
 * @param failed how many attempts failed so far, from 1
 * @param random 0 to 1: exponential delays vary by a quarter, so that what failed together does not come back together
 */
export function retryDelay(backoff: Backoff, first: number, failed: number, random: number): number {
  if (typeof backoff === 'function')
    return milliseconds(backoff(failed), 'delay that the backoff function answered')
  if (backoff === 'fixed') return first
  return Math.min(first * 2 ** (failed - 1), longest) * (0.75 + random / 2)
}
