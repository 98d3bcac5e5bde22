import type { JobLogLine } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Empty, Time } from '../components/index.ts'

/** The lines that the handler wrote, oldest first. */
export function JobLog({ lines }: { lines: JobLogLine[] }): VNode {
  if (lines.length === 0)
    return (
      <Empty kind="nothing" title="No lines">
        The handler wrote nothing to this job's log.
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
