import { JobError } from './errors.ts'
import { isJobId } from './job-id.ts'
import type { AfterFailure, CallOptions } from './job-options.ts'

/** What a call waits for. */
export interface After {
  /** Each once, in the order given. */
  ids: string[]
  failure: AfterFailure
}

const most = 10_000

/** Null where the call waits for nothing. Checked before, by `checkAfter`. */
export function afterOf({
  after,
  afterFailure = 'cancel',
}: Pick<CallOptions, 'after' | 'afterFailure'>): After | null {
  if (after === undefined) return null
  const ids = [...new Set(listOf(after).map(idOf))]
  return ids.length > 0 ? { ids, failure: afterFailure } : null
}

/** @throws JobError.Invalid, in a sentence that begins with `what` */
export function checkAfter(value: unknown, what: string): void {
  const list = listOf(value)
  if (list.length > most) {
    throw new JobError.Invalid(
      `The ${what} must name at most ${most.toLocaleString('en')} jobs; it names ${list.length.toLocaleString('en')}. ` +
        'Let each thousand have a collector, and wait for those.',
    )
  }
  const wrong = list.findIndex((one) => !isJobId(idOf(one)))
  if (wrong < 0) return
  throw new JobError.Invalid(
    `The ${what} must be handles or ids of jobs; ${Array.isArray(value) ? `number ${wrong + 1} of the list` : 'it'} is neither.`,
  )
}

function listOf(after: unknown): readonly unknown[] {
  return Array.isArray(after) ? after : [after]
}

function idOf(one: unknown): string {
  if (typeof one === 'string') return one
  const id = typeof one === 'object' && one !== null && 'id' in one ? one.id : null
  return typeof id === 'string' ? id : ''
}
