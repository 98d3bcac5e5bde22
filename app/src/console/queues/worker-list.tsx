import type { WorkerFigures } from '@factotum/jobs'
import type { VNode } from 'preact'
import {
  ButtonLink,
  Cell,
  type Column,
  Count,
  Empty,
  Row,
  StateSign,
  Table,
  Time,
} from '../components/index.ts'

const columns: Column[] = [
  { label: 'Worker' },
  { label: 'State' },
  { label: 'Queues' },
  { label: 'Runs' },
  { label: 'Up', end: true },
]

/** Jobs that are named of each; the rest is a number. */
const NAMED = 5

/** The workers that are alive; replaces itself when jobs begin and end. */
export function WorkerList({ workers }: { workers: WorkerFigures[] }): VNode {
  return (
    <div
      id="workers"
      data-live-topics="jobs"
      data-live-every="1000"
      hx-get="/workers?only=list"
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      {workers.length > 0 ? (
        <Table caption="Workers that are alive" columns={columns}>
          {workers.map((worker) => (
            <WorkerRow worker={worker} key={worker.id} />
          ))}
        </Table>
      ) : (
        <Empty
          kind="connected"
          title="No worker is up"
          action={<ButtonLink href="/queues">See the queues</ButtonLink>}
        >
          Jobs wait until one is. The server starts one by itself, and <code>factotum worker</code> another.
        </Empty>
      )}
    </div>
  )
}

function WorkerRow({
  worker: { id, name, queues, concurrency, startedAt, running, jobs },
}: {
  worker: WorkerFigures
}): VNode {
  const rest = running - Math.min(NAMED, jobs.length)
  return (
    <Row id={`worker-${id}`}>
      <Cell label="Worker" main>
        {name || 'unnamed'} <span class="id">{id}</span>
      </Cell>
      <Cell label="State" side>
        <StateSign sign={running > 0 ? 'started' : 'finished'} word={running > 0 ? 'running' : 'idle'} />
        <span class="state-note">
          <Count value={running} /> of <Count value={concurrency} />
        </span>
      </Cell>
      <Cell label="Queues">{queues.join(', ')}</Cell>
      <Cell label="Runs">
        {jobs.slice(0, NAMED).map((job) => (
          <div key={job.id}>
            <a href={`/jobs/${job.id}`} id={`worker-${id}-job-${job.id}`}>
              {job.name}
            </a>{' '}
            <span class="id">{job.id}</span>{' '}
            <span class="row-note">
              for <Time at={job.startedAt} as="since" />
            </span>
          </div>
        ))}
        {rest > 0 ? (
          <span class="row-note">
            and <Count value={rest} one="more" many="more" />
          </span>
        ) : null}
        {running === 0 ? <span class="none">–</span> : null}
      </Cell>
      <Cell label="Up" end>
        <Time at={startedAt} as="since" />
      </Cell>
    </Row>
  )
}
