import { JobError } from '../errors.ts'
import type { JobFilter } from '../job-filter.ts'
import { type Check, checkOptions, name, oneOf, refusal } from '../options.ts'
import type { JobState } from '../types.ts'

const states = ['scheduled', 'queued', 'started', 'finished', 'failed', 'canceled', 'deferred'] as const
const endedStates: JobState[] = ['finished', 'failed', 'canceled']

export const unendedStates: JobState[] = states.filter((state) => !endedStates.includes(state))

/** A filter with its states as a list; null where it does not narrow by them. */
export type CheckedFilter = Omit<JobFilter, 'state'> & { states: JobState[] | null }

/** @throws JobError.Invalid @param where Ends the sentence: `'of a list of jobs'`. */
export function checkFilter(filter: JobFilter, where: string): CheckedFilter {
  checkOptions<JobFilter>(
    filter,
    {
      state: stateOrStates,
      queue: name,
      name,
      createdAfter: time,
      createdBefore: time,
      endedAfter: time,
      endedBefore: time,
      args: json,
      text: name,
    },
    where,
  )
  const { state, ...others } = filter
  return { ...others, states: state === undefined ? null : [state].flat() }
}

const stateOrStates: Check = (value, what) => {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  if (values.length === 0) throw refusal(what, value, `one of ${states.join(', ')}, or several`)
  for (const each of values) oneOf(...states)(each, what)
}

const time: Check = (value, what) => {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return
  throw refusal(what, value, 'a valid Date')
}

const json: Check = (value, what) => {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    // Left undefined: a cycle, or a bigint.
  }
  if (text === undefined) throw refusal(what, value, 'JSON')
  // The two things that jsonb cannot hold.
  if (/\\u(0000|d[89a-f])/i.test(text)) {
    throw new JobError.Invalid(`The ${what} must hold no NUL and no lone surrogate.`)
  }
}
