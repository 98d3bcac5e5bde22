import type { ScheduledRun } from '@factotum/jobs'
import type { VNode } from 'preact'
import { StateSign, Time } from '../components/index.ts'

/** What became of the last job, and when it was enqueued; its page has the rest. */
export function LastRun({ run, id }: { run: ScheduledRun | null; id: string }): VNode {
  if (!run) return <span class="none">–</span>
  if (!run.state) return <Time at={run.enqueuedAt} />
  return (
    <>
      <a href={`/jobs/${run.jobId}`} id={id}>
        <StateSign sign={run.state} />
      </a>{' '}
      <span class="row-note under">
        <Time at={run.enqueuedAt} />
      </span>
    </>
  )
}
