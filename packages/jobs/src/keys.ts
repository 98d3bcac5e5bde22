import { milliseconds } from './duration.ts'
import { JobError } from './errors.ts'
import type { CallOptions, JobOptions, Key, UniqueWhile } from './job-options.ts'
import { checkKey } from './options.ts'

/** The keys of one call, worked out of its arguments. */
export interface CallKeys {
  serialKey?: string
  limitKey?: string
  uniqueKey?: string
  uniqueWhile?: UniqueWhile
  /** Milliseconds. */
  debounce?: number
}

/**
 * What a call's options and its job's say of keys; null where they say nothing, which is the usual case.
 *
 * @throws JobError.Invalid
 */
export function keysOf<Args extends unknown[]>(
  name: string,
  definition: JobOptions<Args>,
  call: CallOptions<Args>,
  args: Args,
): CallKeys | null {
  const serialKey = call.serialKey ?? definition.serialKey
  const limitKey = call.limitKey ?? definition.limitKey
  const uniqueKey = call.uniqueKey ?? definition.uniqueKey
  const debounce = call.debounce ?? definition.debounce
  const uniqueWhile = call.uniqueWhile ?? definition.uniqueWhile
  if (serialKey === undefined && limitKey === undefined && uniqueKey === undefined) {
    if (debounce === undefined) return null
    throw new JobError.Invalid(
      `The debounce of job ${JSON.stringify(name)} needs a uniqueKey: it tells which calls belong together.`,
    )
  }
  if (debounce !== undefined && uniqueWhile === 'unfinished') {
    throw new JobError.Invalid(
      `The debounce of job ${JSON.stringify(name)} goes with uniqueWhile: 'waiting' only: a call made while the job runs needs a run of its own.`,
    )
  }
  const unique = keyOf(uniqueKey, args, 'uniqueKey', name)
  return {
    ...given('serialKey', keyOf(serialKey, args, 'serialKey', name)),
    ...given('limitKey', keyOf(limitKey, args, 'limitKey', name)),
    ...given('uniqueKey', unique),
    ...(unique === null
      ? {}
      : { uniqueWhile: debounce === undefined ? (uniqueWhile ?? 'unfinished') : 'waiting' }),
    ...(unique === null || debounce === undefined ? {} : { debounce: milliseconds(debounce, 'debounce') }),
  }
}

function keyOf<Args extends unknown[]>(
  key: Key<Args> | undefined,
  args: Args,
  option: string,
  name: string,
): string | null {
  if (key === undefined) return null
  const made = typeof key === 'function' ? key(...args) : key
  if (made !== null) checkKey(made, `${option} of job ${JSON.stringify(name)}`)
  return made
}

const given = (name: 'serialKey' | 'limitKey' | 'uniqueKey', key: string | null) =>
  key === null ? {} : { [name]: key }
