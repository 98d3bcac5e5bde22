import type { JobFilter, JobPage, QueueFigures } from '@factotum/jobs'
import type { VNode } from 'preact'
import {
  Button,
  ButtonLink,
  Chips,
  Empty,
  Pager,
  SelectField,
  Table,
  TextField,
} from '../components/index.ts'
import { listAddress } from './filter.ts'
import { JobRow, jobColumns, tookOf } from './job-row.tsx'
import { NewerJobs } from './newer-jobs.tsx'
import { states } from './schemas.ts'

export interface JobListProps {
  filter: JobFilter
  /** The cursor of this page; null on the first. */
  before: string | null
  page: JobPage
  queues: QueueFigures[]
}

/** The list of jobs, with its filter in the address. */
export function JobList({ filter, before, page, queues }: JobListProps): VNode {
  const longest = Math.max(1, ...page.jobs.map((job) => tookOf(job) ?? 0))
  const newest = page.jobs[0]?.id ?? '0'
  return (
    <>
      <Filters filter={filter} queues={queues} />
      {before === null ? <NewerJobs filter={filter} than={newest} count={0} /> : null}
      {page.jobs.length > 0 ? (
        <Table caption="Jobs, newest first" columns={jobColumns}>
          {page.jobs.map((job) => (
            <JobRow job={job} longest={longest} key={job.id} />
          ))}
        </Table>
      ) : (
        <NoJobs filtered={Object.keys(filter).length > 0} />
      )}
      <Pager first={before ? listAddress(filter) : null} next={page.next && listAddress(filter, page.next)} />
    </>
  )
}

function Filters({ filter, queues }: Pick<JobListProps, 'filter' | 'queues'>): VNode {
  const { state, ...others } = filter
  const chips = [
    { label: 'All', href: listAddress(others), active: !state },
    ...states.map((each) => ({
      label: each,
      href: listAddress({ ...others, state: each }),
      active: each === state,
    })),
  ]
  const names = [
    ...new Set([...queues.map(({ name }) => name), ...(filter.queue ? [filter.queue] : [])]),
  ].sort()
  return (
    <div class="filters">
      <Chips label="State" chips={chips} />
      <form class="filter-form" action="/jobs" method="get">
        {state ? <input type="hidden" name="state" value={state} /> : null}
        <SelectField
          name="queue"
          label="Queue"
          value={filter.queue}
          options={[
            { value: '', label: 'All queues' },
            ...names.map((name) => ({ value: name, label: name })),
          ]}
        />
        <TextField name="name" label="Name" type="search" value={filter.name} placeholder="Exact name" />
        <Button>Filter</Button>
      </form>
    </div>
  )
}

function NoJobs({ filtered }: { filtered: boolean }): VNode {
  if (filtered)
    return (
      <Empty kind="match" title="No job matches" action={<ButtonLink href="/jobs">Show all jobs</ButtonLink>}>
        None has this state, queue and name together.
      </Empty>
    )
  return (
    <Empty kind="nothing" title="No jobs yet" action={<ButtonLink href="/">Go to the overview</ButtonLink>}>
      Whatever is done in the background is listed here, from its first moment to its result.
    </Empty>
  )
}
