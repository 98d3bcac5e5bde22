import { afterOf } from './after.ts'
import { milliseconds } from './duration.ts'
import { JobError } from './errors.ts'
import type { CallOptions, JobOptions, UniqueWhile } from './job-options.ts'
import type { CallKeys } from './keys.ts'
import type { Duration } from './types.ts'

/** When a call is due: now, after a delay by the database's clock, or at a time. */
export type Due = { delay: number } | { at: Date } | null

/** What goes with a job where its call set it otherwise than its definition. */
export interface StoredOptions {
  backoff?: 'fixed' | 'exponential'
  backoffDelay?: number
  timeout?: number
  /** Kept so that a retry by hand brings them back. */
  serialKey?: string
  limitKey?: string
  uniqueKey?: string
  uniqueWhile?: UniqueWhile
  /** Left out where it is true. */
  retryHoldsKey?: false
  /** What a hook gave it on its way. */
  context?: string
}

/**
 * JSON text of a job without its arguments, open at the end; `enqueue.ts` adds them.
 *
 * @throws JobError.Invalid
 */
export function callHead<Args extends unknown[]>(
  name: string,
  definition: JobOptions<Args>,
  call: CallOptions<Args>,
  due: Due,
  keys: CallKeys | null,
): string {
  if (call.afterFailure !== undefined && call.after === undefined) {
    throw new JobError.Invalid(
      `The afterFailure for a call of job ${JSON.stringify(name)} goes with after only: it tells what becomes of a job that waits for others.`,
    )
  }
  if (keys?.uniqueKey !== undefined && call.after !== undefined) {
    throw new JobError.Invalid(
      `A call of job ${JSON.stringify(name)} can't both wait for others and have a uniqueKey: a job that is there already would not wait.`,
    )
  }
  if (keys?.debounce !== undefined) {
    if (due) {
      throw new JobError.Invalid(
        `The debounce of job ${JSON.stringify(name)} decides when it runs: call it by delay().`,
      )
    }
    due = { delay: keys.debounce }
  }
  const head = {
    queue: call.queue ?? definition.queue ?? 'default',
    name,
    priority: -(call.priority ?? definition.priority ?? 0),
    attempts: (call.retries ?? definition.retries ?? 0) + 1,
    correlation: call.correlationId,
    followed: call.follow,
    deferred: afterOf(call) ? true : undefined,
    options: storedOptions(name, call, retryHoldsKey(definition, call), keys),
    delay: due && 'delay' in due ? due.delay : undefined,
    at: due && 'at' in due ? due.at.toISOString() : undefined,
    serial_key: keys?.serialKey,
    limit_key: keys?.limitKey,
    unique_key: keys?.uniqueKey,
    until_claimed: keys?.uniqueWhile && keys.uniqueWhile === 'waiting',
    debounced: keys?.debounce === undefined ? undefined : true,
  }
  return JSON.stringify(head).slice(0, -1)
}

/** @throws JobError.Invalid */
export function dueIn(delay: Duration): Due {
  return { delay: milliseconds(delay, 'delay') }
}

/** A time in the past is due at once. @throws JobError.Invalid */
export function dueAt(time: Date): Due {
  const valid = time instanceof Date && time.getFullYear() >= 0 && time.getFullYear() <= 9999
  if (!valid) {
    throw new JobError.Invalid(
      `The time of a delayed call must be a Date up to the year 9999; it is ${String(time)}.`,
    )
  }
  return { at: time }
}

const retryHoldsKey = (definition: { retryHoldsKey?: boolean }, call: { retryHoldsKey?: boolean }) =>
  call.retryHoldsKey ?? definition.retryHoldsKey ?? true

function storedOptions<Args extends unknown[]>(
  name: string,
  { backoff, backoffDelay, timeout }: CallOptions<Args>,
  holdsKey: boolean,
  keys: CallKeys | null,
): StoredOptions | undefined {
  if (typeof backoff === 'function') {
    throw new JobError.Invalid(
      `The backoff for a call of job ${JSON.stringify(name)} can't be a function, as a job is stored: give it with the definition, or 'fixed' or 'exponential'.`,
    )
  }
  const stored: StoredOptions = {
    ...(backoff === undefined ? {} : { backoff }),
    ...(backoffDelay === undefined ? {} : { backoffDelay: milliseconds(backoffDelay, 'backoffDelay') }),
    ...(timeout === undefined ? {} : { timeout: milliseconds(timeout, 'timeout') }),
    ...keysToKeep(keys),
    ...(holdsKey ? {} : { retryHoldsKey: false }),
  }
  return Object.keys(stored).length > 0 ? stored : undefined
}

function keysToKeep(keys: CallKeys | null): StoredOptions {
  if (!keys) return {}
  const { debounce: _debounce, ...kept } = keys
  return kept
}
