import type { JobCount, JobPage } from '@factotum/jobs'
import type { VNode } from 'preact'
import { ButtonLink, Count, Empty, Pager, Table } from '../components/index.ts'
import { usePerson } from '../person.ts'
import { bulkActions, bulkAddress } from './bulk-actions.ts'
import { type Cursor, listAddress, type Narrowing } from './filter.ts'
import { JobRow, jobColumns, tookOf } from './job-row.tsx'
import { ListFilters } from './list-filters.tsx'
import { NewerJobs } from './newer-jobs.tsx'

export interface JobListProps {
  narrowing: Narrowing
  /** Where this page begins; empty on the first. */
  cursor: Cursor
  page: JobPage
  /** How many match in all. */
  count: JobCount
  queues: string[]
}

/** The list of jobs, with its filter in the address. */
export function JobList({ narrowing, cursor, page, count, queues }: JobListProps): VNode {
  const longest = Math.max(1, ...page.jobs.map((job) => tookOf(job) ?? 0))
  const newest = page.jobs[0]?.id ?? '0'
  const first = cursor.before === undefined && cursor.after === undefined
  const older = page.next && listAddress(narrowing, { before: page.next })
  const newer = page.previous && listAddress(narrowing, { after: page.previous })
  return (
    <>
      <ListFilters narrowing={narrowing} queues={queues} />
      <ListSummary narrowing={narrowing} count={count} />
      {first ? <NewerJobs narrowing={narrowing} than={newest} count={0} /> : null}
      {page.jobs.length > 0 ? (
        <Table caption="Jobs, newest first" columns={jobColumns}>
          {page.jobs.map((job) => (
            <JobRow job={job} longest={longest} key={job.id} />
          ))}
        </Table>
      ) : (
        <NoJobs filtered={Object.keys(narrowing).length > 0} older={older} />
      )}
      <Pager first={first ? null : listAddress(narrowing)} newer={newer} next={older} />
    </>
  )
}

/** How many match, and what can be done with all of them. */
function ListSummary({
  narrowing,
  count: { count, more },
}: Pick<JobListProps, 'narrowing' | 'count'>): VNode {
  const { may } = usePerson()
  return (
    <div class="list-summary">
      <p class="list-count">
        <Count value={count} one="job" />
        {more ? ' or more' : ''}
      </p>
      {may('jobs.bulk') && (count > 0 || more) ? (
        <div class="list-actions">
          {bulkActions(narrowing).map(({ action, label }) => (
            <ButtonLink href={bulkAddress(action, narrowing)} key={action}>
              {label}
            </ButtonLink>
          ))}
        </div>
      ) : null}
    </div>
  )
}

function NoJobs({ filtered, older }: { filtered: boolean; older: string | null }): VNode {
  if (older)
    return (
      <Empty
        kind="match"
        title="None among the jobs looked through"
        action={<ButtonLink href={older}>Look further</ButtonLink>}
      >
        A search goes through so many jobs at a time; there are older ones.
      </Empty>
    )
  if (filtered)
    return (
      <Empty kind="match" title="No job matches" action={<ButtonLink href="/jobs">Show all jobs</ButtonLink>}>
        None has all of this together.
      </Empty>
    )
  return (
    <Empty kind="nothing" title="No jobs yet" action={<ButtonLink href="/">Go to the overview</ButtonLink>}>
      Whatever is done in the background is listed here, from its first moment to its result.
    </Empty>
  )
}
