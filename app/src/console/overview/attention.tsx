import type { JobManager, JobStatus } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Count, Empty, Notice, Panel, Time } from '../components/index.ts'
import { listAddress } from '../jobs/filter.ts'
import { firstLine } from '../jobs/job-row.tsx'

/** Looked at; older failures are in the list. */
const LATEST = 100
const SHOWN = 4
const DAYS = 7 * 24 * 60 * 60 * 1_000

/** Failed jobs of the last days that are alike: one name, one reason. */
export interface Failure {
  name: string
  reason: string
  /** Newest first. */
  jobs: JobStatus[]
}

/** What a person has to look at. */
export async function loadAttention(jobs: JobManager): Promise<VNode> {
  const page = await jobs.list({ state: 'failed' }, { limit: LATEST })
  const failures = alike(page.jobs, new Date(Date.now() - DAYS))
  const rest = failures.length - SHOWN
  return (
    <Panel id="attention" title="Needs someone" topics="jobs" every={1000} source="/overview/attention">
      {failures.length === 0 ? (
        <Empty kind="clear" title="All clear">
          Nothing failed in the last 7 days.
        </Empty>
      ) : null}
      {failures.slice(0, SHOWN).map((failure) => (
        <FailureNotice failure={failure} key={`${failure.name} ${failure.reason}`} />
      ))}
      {rest > 0 ? (
        <p class="panel-more">
          <a href="/jobs?state=failed">
            <Count value={rest} one="more kind" /> of failure
          </a>
        </p>
      ) : null}
    </Panel>
  )
}

function FailureNotice({ failure: { name, reason, jobs } }: { failure: Failure }): VNode {
  const [newest] = jobs
  const several = jobs.length > 1
  return (
    <Notice
      tone="bad"
      title={
        several ? (
          <>
            <Count value={jobs.length} /> × {name} failed.
          </>
        ) : (
          <>{name} failed.</>
        )
      }
    >
      <span class="notice-reason">{reason}</span>
      <span class="notice-foot">
        <a href={several || !newest ? listAddress({ state: 'failed', name }) : `/jobs/${newest.id}`}>
          {several ? 'See the failed jobs' : 'See the job'}
        </a>
        {newest?.endedAt ? <Time at={newest.endedAt} /> : null}
      </span>
    </Notice>
  )
}

/** Groups failures since a moment; the group with the newest first. */
export function alike(jobs: JobStatus[], since: Date): Failure[] {
  const groups = new Map<string, Failure>()
  for (const job of jobs) {
    if (!job.endedAt || job.endedAt < since) continue
    const reason = firstLine(job.error ?? 'No reason is known.')
    const key = `${job.name}\n${reason}`
    const group = groups.get(key) ?? { name: job.name, reason, jobs: [] }
    group.jobs.push(job)
    groups.set(key, group)
  }
  return [...groups.values()]
}
