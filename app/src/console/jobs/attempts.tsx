import type { JobAttempt, JobDetail } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Cell, CodeBlock, Duration, Panel, Row, Table, Time } from '../components/index.ts'
import { firstLine } from './job-row.tsx'

const columns = [
  { label: 'Attempt' },
  { label: 'Error' },
  { label: 'Took', end: true },
  { label: 'Ended', end: true },
]

/** The attempts that failed, each with its error. */
export function Attempts({ job }: { job: JobDetail }): VNode {
  const took = ({ startedAt, endedAt }: { startedAt: Date; endedAt: Date }) =>
    endedAt.getTime() - startedAt.getTime()
  const longest = Math.max(...job.failures.map(took))
  return (
    <Panel id="job-attempts" title="Failed attempts">
      <Table caption="Failed attempts" columns={columns}>
        {job.failures.map((failure) => (
          <Row key={failure.endedAt.getTime()}>
            <Cell label="Attempt">{failure.attempt}</Cell>
            <Cell label="Error" main>
              <ErrorText failure={failure} />
            </Cell>
            <Cell label="Took" end>
              <Duration ms={took(failure)} longest={longest} />
            </Cell>
            <Cell label="Ended" end>
              <Time at={failure.endedAt} as="clock" />
            </Cell>
          </Row>
        ))}
      </Table>
    </Panel>
  )
}

/** The error with its stack, which mostly begins with the error. */
export function wholeError({ error, stack }: JobAttempt): string {
  if (!stack || stack === error) return error
  return stack.includes(error) ? stack : `${error}\n${stack}`
}

/** What was said first; the rest, a stack mostly, on demand. */
function ErrorText({ failure }: { failure: JobAttempt }): VNode {
  const first = firstLine(failure.error)
  const whole = wholeError(failure)
  if (first === whole) return <>{whole}</>
  return (
    <details id={`attempt-${failure.endedAt.getTime()}`}>
      <summary>{first}</summary>
      <CodeBlock text={whole} label={`Whole error of attempt ${failure.attempt}`} />
    </details>
  )
}
