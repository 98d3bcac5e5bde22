import type { JobFilter, JobStatus } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Count } from '../components/index.ts'
import { listAddress } from './filter.ts'

/** No more are counted. */
export const NEWER_AT_MOST = 100

export interface NewerJobsProps {
  filter: JobFilter
  /** The newest job on the page. */
  than: string
  count: number
}

/** "12 new" above the list, instead of rows that jump. Asks again when something happens to a job not listed. */
export function NewerJobs({ filter, than, count }: NewerJobsProps): VNode {
  const query = new URLSearchParams({ than, ...filter })
  return (
    <div
      id="newer-jobs"
      class="newer"
      data-live-new="jobs"
      data-live-every="1000"
      hx-get={`/jobs/newer?${query}`}
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      {count > 0 ? (
        <a class="newer-link" href={listAddress(filter)} id="newer-jobs-link">
          <Count value={count} />
          {count >= NEWER_AT_MOST ? ' or more' : ''} new
        </a>
      ) : null}
    </div>
  )
}

/** How many of a filter's newest jobs came after one; ids ascend. */
export const countNewer = (jobs: JobStatus[], than: string) =>
  jobs.filter((job) => BigInt(job.id) > BigInt(than)).length
