import type { JobStatus } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Cell, type Column, Duration, Row, StateSign, Time } from '../components/index.ts'

export const jobColumns: Column[] = [
  { label: 'Job' },
  { label: 'State' },
  { label: 'Queue' },
  { label: 'Attempts', end: true },
  { label: 'Took', end: true },
  { label: 'Created', end: true },
]

/** A job in the list; replaces itself as the job goes on. `longest` is the longest of the page's, in ms. */
export function JobRow({ job, longest }: { job: JobStatus; longest: number }): VNode {
  return (
    <Row
      id={`job-${job.id}`}
      live={`job:${job.id}`}
      source={`/jobs/${job.id}/row?longest=${Math.round(longest)}`}
    >
      <Cell label="Job" main>
        <a class="row-link" href={`/jobs/${job.id}`} id={`job-${job.id}-link`}>
          {job.name}
        </a>{' '}
        <span class="id">{job.id}</span>
        {job.state === 'failed' && job.error ? (
          <div class="row-note row-bad">{firstLine(job.error)}</div>
        ) : null}
      </Cell>
      <Cell label="State" side>
        <StateSign sign={job.state} />
        <StateNote job={job} />
      </Cell>
      <Cell label="Queue">{job.queue}</Cell>
      <Cell label="Attempts" end>
        <Attempts job={job} />
      </Cell>
      <Cell label="Took" end>
        <Took job={job} longest={longest} />
      </Cell>
      <Cell label="Created" end>
        <Time at={job.createdAt} />
      </Cell>
    </Row>
  )
}

function Attempts({ job: { attempts, maxAttempts } }: { job: JobStatus }): VNode {
  if (attempts === 0 && maxAttempts <= 1) return <span class="none">–</span>
  return <span>{maxAttempts > 1 ? `${attempts} of ${maxAttempts}` : attempts}</span>
}

/** Beside the state: how far, when, or why it waits. */
function StateNote({ job }: { job: JobStatus }): VNode | null {
  if (job.state === 'started' && job.progress !== null)
    return <span class="state-note">{Math.floor(job.progress * 100)} %</span>
  if (job.state === 'scheduled')
    return (
      <span class="state-note">
        <Time at={job.runAt} />
      </span>
    )
  if (job.parked) return <span class="state-note state-warn">no worker for it</span>
  return null
}

function Took({ job, longest }: { job: JobStatus; longest: number }): VNode {
  if (job.state === 'started' && job.startedAt) return <Time at={job.startedAt} as="since" />
  return <Duration ms={tookOf(job)} longest={longest} />
}

/** Milliseconds of the last run, or null while there is none that ended. */
export function tookOf({ startedAt, endedAt }: JobStatus): number | null {
  return startedAt && endedAt ? endedAt.getTime() - startedAt.getTime() : null
}

/** What is said first of an error; its stack is on the job's page. */
export const firstLine = (text: string) => text.split('\n', 1)[0] ?? ''
