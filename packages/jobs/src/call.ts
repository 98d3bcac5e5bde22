import { afterOf } from './after.ts'
import { milliseconds } from './duration.ts'
import { JobError } from './errors.ts'
import { checkCallOptions } from './options.ts'
import type { CallOptions, Duration, JobOptions } from './types.ts'

/** When a call is due: now, after a delay by the database's clock, or at a time. */
export type Due = { delay: number } | { at: Date } | null

/** What goes with a job where its call set it otherwise than its definition. */
export interface StoredOptions {
  backoff?: 'fixed' | 'exponential'
  backoffDelay?: number
  timeout?: number
}

/**
 * JSON text of a job without its arguments, open at the end; `enqueue.ts` adds them.
 *
 * @throws JobError.Invalid
 */
export function callHead(name: string, definition: JobOptions, call: CallOptions, due: Due): string {
  checkCallOptions(call, name)
  if (call.afterFailure !== undefined && call.after === undefined) {
    throw new JobError.Invalid(
      `The afterFailure for a call of job ${JSON.stringify(name)} goes with after only: it tells what becomes of a job that waits for others.`,
    )
  }
  const head = {
    queue: call.queue ?? definition.queue ?? 'default',
    name,
    priority: -(call.priority ?? definition.priority ?? 0),
    attempts: (call.retries ?? definition.retries ?? 0) + 1,
    correlation: call.correlationId,
    followed: call.follow,
    deferred: afterOf(call) ? true : undefined,
    options: storedOptions(name, call),
    delay: due && 'delay' in due ? due.delay : undefined,
    at: due && 'at' in due ? due.at.toISOString() : undefined,
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

function storedOptions(
  name: string,
  { backoff, backoffDelay, timeout }: CallOptions,
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
  }
  return Object.keys(stored).length > 0 ? stored : undefined
}
