import type { JobDetail } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Empty, Time } from '../components/index.ts'

/** The lines that the handler wrote, oldest first. */
export function JobLog({ job }: { job: JobDetail }): VNode {
  const lines = job.log
  if (lines.length === 0)
    return (
      <Empty kind="nothing" title={job.endedAt ? 'No lines' : 'No lines yet'}>
        {whyEmpty(job)}
      </Empty>
    )
  const several = lines.some(({ attempt }) => attempt !== lines[0]?.attempt)
  return (
    <section
      class="log"
      id="job-log"
      aria-label="Log lines"
      data-keep-scroll="end"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <ol>
        {lines.map(({ at, attempt, line }, index) => (
          <li key={index}>
            <Time at={at} as="clock" />
            {several ? <span class="log-attempt">attempt {attempt}</span> : null}
            <span class="log-line">{line}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** A handler that has not run is not one that wrote nothing. */
export function whyEmpty({ startedAt, failures, endedAt }: JobDetail): string {
  const ran = startedAt !== null || failures.length > 0
  if (endedAt)
    return ran
      ? "The handler wrote nothing to this job's log."
      : 'This job never ran, so nothing was written.'
  return ran
    ? "The handler has written nothing to this job's log so far."
    : 'This job has not run yet. What its handler writes to its log will be here.'
}
