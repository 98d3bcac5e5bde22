import type { JobDetail } from '@factotum/jobs'
import type { ComponentChildren, VNode } from 'preact'
import {
  CodeBlock,
  Duration,
  Facts,
  JsonBlock,
  Notice,
  Panel,
  PostButton,
  Progress,
  StateSign,
  Time,
  Timeline,
} from '../components/index.ts'
import { usePerson } from '../person.ts'
import { Attempts, wholeError } from './attempts.tsx'
import { JobLog } from './job-log.tsx'
import { tookOf } from './job-row.tsx'
import { JobSteps } from './job-steps.tsx'
import { Linked } from './linked-jobs.tsx'
import { timelineOf } from './timeline.tsx'

/** What can be done with a job in its state; lives in the page's head and goes along with each change. */
export function JobAction({ job, oob = false }: { job: JobDetail; oob?: boolean }): VNode {
  return (
    <div id="job-action" hx-swap-oob={oob ? 'true' : undefined}>
      {job.state === 'failed' ? (
        <PostButton
          tone="main"
          action={`/jobs/${job.id}/retry`}
          target="#job"
          id="job-retry"
          needs="jobs.retry"
        >
          Retry this job
        </PostButton>
      ) : job.endedAt ? null : (
        <PostButton
          tone="danger"
          action={`/jobs/${job.id}/cancel`}
          target="#job"
          id="job-cancel"
          needs="jobs.cancel"
        >
          Cancel this job
        </PostButton>
      )}
    </div>
  )
}

export interface JobBodyProps {
  job: JobDetail
  /** What came of a button. */
  notice?: ComponentChildren
}

/** All that is kept about a job; replaces itself as the job goes on. */
export function JobBody({ job, notice }: JobBodyProps): VNode {
  return (
    <div
      id="job"
      class="split"
      data-live={`job:${job.id}`}
      hx-get={`/jobs/${job.id}/live`}
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      <div class="split-main">
        {notice}
        <Now job={job} />
        {job.failures.length > 0 ? <Attempts job={job} /> : null}
        <Panel id="job-log-panel" title="Log" aside={<ProgramLog job={job} />}>
          <JobLog job={job} />
        </Panel>
        {job.steps.length > 0 ? <JobSteps steps={job.steps} /> : null}
        <Panel id="job-args" title="Arguments">
          <JsonBlock value={job.args} label="Arguments" id="job-args-code" />
        </Panel>
        {job.state === 'finished' ? (
          <Panel id="job-result" title="Result">
            <JsonBlock value={job.result} label="Result" id="job-result-code" />
          </Panel>
        ) : null}
      </div>
      <div class="split-aside">
        <Panel id="job-timeline" title="What happened">
          <Timeline entries={timelineOf(job)} />
        </Panel>
        <Linked
          id="job-parents"
          title={job.state === 'deferred' ? 'Waits for' : 'Waited for'}
          jobs={job.parents}
        />
        <Linked id="job-children" title="Wait for it" jobs={job.children} />
        <Panel id="job-facts" title="About this job">
          <Facts facts={factsOf(job)} />
        </Panel>
      </div>
    </div>
  )
}

/** The state, and what goes with it: progress, the error, the wait. */
function Now({ job }: { job: JobDetail }): VNode {
  const last = job.failures.at(-1)
  return (
    <section class="now" aria-label="State">
      <div class="now-state">
        <StateSign sign={job.state} />
        <NowText job={job} />
      </div>
      {job.progress !== null && job.state !== 'finished' ? (
        <Progress
          label={`Progress of ${job.name}`}
          done={job.progress}
          {...(job.progressMessage ? { current: job.progressMessage } : {})}
        />
      ) : null}
      {job.state === 'failed' && job.error ? (
        <Notice tone="bad" title="It failed with this error.">
          <CodeBlock text={last ? wholeError(last) : job.error} label="Error" id="job-error" />
        </Notice>
      ) : null}
      {job.parked ? (
        <Notice tone="warn" title="No worker has a handler for this name.">
          It waits until one that has is started.
        </Notice>
      ) : null}
    </section>
  )
}

function NowText({ job }: { job: JobDetail }): VNode {
  if (job.state === 'scheduled')
    return (
      <span class="now-text">
        due <Time at={job.runAt} />
      </span>
    )
  if (job.state === 'started' && job.startedAt)
    return (
      <span class="now-text">
        for <Time at={job.startedAt} as="since" />
      </span>
    )
  if (job.endedAt)
    return (
      <span class="now-text">
        <Time at={job.endedAt} />
        {job.startedAt ? (
          <>
            , took <Duration ms={tookOf(job)} />
          </>
        ) : null}
      </span>
    )
  return (
    <span class="now-text">
      for <Time at={job.runAt} as="since" />
    </span>
  )
}

/** What the program itself logged while the job ran. */
function ProgramLog({ job: { id } }: { job: JobDetail }): VNode | null {
  return usePerson().may('logs.read') ? <a href={`/logs?job=${id}`}>In the program’s log</a> : null
}

/** Where it came from; it leads to all lines of it. */
function Request({ id }: { id: string }): VNode {
  const shown = <span class="id">{id}</span>
  return usePerson().may('logs.read') ? (
    <a href={`/logs?request=${encodeURIComponent(id)}`}>{shown}</a>
  ) : (
    shown
  )
}

function factsOf(job: JobDetail) {
  return [
    { label: 'Id', value: <span class="id">{job.id}</span> },
    { label: 'Queue', value: <a href={`/jobs?queue=${encodeURIComponent(job.queue)}`}>{job.queue}</a> },
    { label: 'Name', value: <a href={`/jobs?name=${encodeURIComponent(job.name)}`}>{job.name}</a> },
    { label: 'Attempts', value: `${job.attempts} of ${job.maxAttempts}` },
    { label: 'Priority', value: String(job.priority) },
    { label: 'Created', value: <Time at={job.createdAt} as="day" /> },
    { label: 'Due', value: <Time at={job.runAt} as="day" /> },
    ...(job.correlationId ? [{ label: 'Request', value: <Request id={job.correlationId} /> }] : []),
  ]
}
