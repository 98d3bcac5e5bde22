import type { BulkAnswer } from '@factotum/jobs'
import { address, type Narrowing } from './filter.ts'

export type Action = BulkAnswer['action']

const ended = ['finished', 'failed', 'canceled']

/** What can be done with the jobs that a list shows: failed ones are retried, unended ones canceled. */
export function bulkActions({
  state,
  ended_after,
  ended_before,
}: Narrowing): { action: Action; label: string }[] {
  const states = state?.split(',') ?? null
  const retry = states === null || states.every((each) => each === 'failed')
  const cancel =
    states === null ? !ended_after && !ended_before : states.every((each) => !ended.includes(each))
  return [
    ...(retry ? [{ action: 'retry' as const, label: states ? 'Retry all' : 'Retry failed' }] : []),
    ...(cancel ? [{ action: 'cancel' as const, label: states ? 'Cancel all' : 'Cancel unfinished' }] : []),
  ]
}

/** The page that asks before it is done. */
export const bulkAddress = (action: Action, narrowing: Narrowing) =>
  address('/jobs/bulk', { action, ...narrowing })
