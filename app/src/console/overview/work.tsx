import type { JobManager, JobStatus } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Cell, Empty, Panel, Progress, Row, StateSign, Table, Time } from '../components/index.ts'
import { listFollowed } from '../jobs/follow.ts'

const columns = [{ label: 'What' }, { label: 'State' }, { label: 'For', end: true }]
const RUNNING = 8
const WAITING = 5

/** What runs and what waits, newest first. */
export async function loadWork(jobs: JobManager): Promise<VNode> {
  const [running, waiting] = await Promise.all([
    listFollowed(jobs, { state: 'started' }, { limit: RUNNING }),
    listFollowed(jobs, { state: 'queued' }, { limit: WAITING }),
  ])
  const shown = [...running.jobs, ...waiting.jobs]
  return (
    <Panel
      id="work"
      title="In progress"
      aside={running.next || waiting.next ? <a href="/jobs">All jobs</a> : null}
      topics="jobs"
      every={500}
      source="/overview/work"
    >
      {shown.length > 0 ? (
        <Table caption="Jobs in progress" columns={columns}>
          {shown.map((job) => (
            <WorkRow job={job} key={job.id} />
          ))}
        </Table>
      ) : (
        <Empty kind="clear" title="Nothing runs or waits">
          What begins shows here at once.
        </Empty>
      )}
    </Panel>
  )
}

function WorkRow({ job }: { job: JobStatus }): VNode {
  return (
    <Row id={`work-${job.id}`}>
      <Cell label="What" main>
        <a class="row-link" href={`/jobs/${job.id}`} id={`work-${job.id}-link`}>
          {job.name}
        </a>{' '}
        <span class="id">{job.id}</span>
        {job.state === 'started' ? (
          <Progress
            label={`Progress of ${job.name} ${job.id}`}
            done={job.progress}
            {...(job.progressMessage ? { current: job.progressMessage } : {})}
          />
        ) : (
          <div class="row-note">
            {job.parked ? 'no worker has a handler for it' : <>in queue {job.queue}</>}
          </div>
        )}
      </Cell>
      <Cell label="State" side>
        <StateSign sign={job.state} />
      </Cell>
      <Cell label="For" end>
        <Time at={job.startedAt ?? job.runAt} as="since" />
      </Cell>
    </Row>
  )
}
