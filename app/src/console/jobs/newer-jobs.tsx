import type { VNode } from 'preact'
import { Count } from '../components/index.ts'
import { address, listAddress, type Narrowing } from './filter.ts'

/** No more are counted. */
export const NEWER_AT_MOST = 100

export interface NewerJobsProps {
  narrowing: Narrowing
  /** The newest job on the page. */
  than: string
  count: number
}

/** "12 new" above the list, instead of rows that jump. Asks again when something happens to a job not listed. */
export function NewerJobs({ narrowing, than, count }: NewerJobsProps): VNode {
  return (
    <div
      id="newer-jobs"
      class="newer"
      data-live-new="jobs"
      data-live-every="1000"
      hx-get={address('/jobs/newer', { ...narrowing, than })}
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      {count > 0 ? (
        <a class="newer-link" href={listAddress(narrowing)} id="newer-jobs-link">
          <Count value={count} />
          {count >= NEWER_AT_MOST ? ' or more' : ''} new
        </a>
      ) : null}
    </div>
  )
}
