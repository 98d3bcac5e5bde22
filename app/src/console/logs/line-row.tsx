import type { VNode } from 'preact'
import type { LogLine } from '../../platform/logging/line.ts'
import type { Level } from '../../platform/logging/names.ts'
import { Cell, CodeBlock, type Column, Row, Time } from '../components/index.ts'
import { elementId } from '../element-id.ts'
import { logAddress } from './filter.ts'

export const lineColumns: Column[] = [
  { label: 'Line' },
  { label: 'Level' },
  { label: 'Of' },
  { label: 'Process', minor: true },
  { label: 'When', end: true },
]

const words: Record<Level, string> = { debug: 'Debug', info: 'Info', warning: 'Warning', error: 'Error' }

/** A line of the log: what it says, with its figures; a stack in a fold. */
export function LineRow({ line }: { line: LogLine }): VNode {
  const { place, at, level, message, program, fields } = line
  return (
    <Row id={elementId('line', `${place.file}-${place.offset}`)}>
      <Cell label="Line" main>
        <span class="log-message">{message}</span>
        <Said line={line} />
      </Cell>
      <Cell label="Level" side>
        <span class={`level level-${level}`}>{words[level]}</span>
      </Cell>
      <Cell label="Of">
        <Of line={line} />
      </Cell>
      <Cell label="Process" minor>
        {program} <span class="id">{String(fields.pid ?? '')}</span>
      </Cell>
      <Cell label="When" end>
        <Time at={at} as={isToday(at) ? 'clock' : 'day'} />
      </Cell>
    </Row>
  )
}

/** Of the day that passed until now. */
const isToday = (at: Date) => Date.now() - at.getTime() < 86_400_000

/** The job, and the request from which it came: each leads to all lines of it. */
function Of({ line: { job, request, correlation } }: { line: LogLine }): VNode {
  const cause = request ?? correlation
  if (!job && !cause) return <span class="none">–</span>
  return (
    <>
      {job ? <a href={logAddress({ job })}>job {job}</a> : null}
      {job && cause ? ' ' : null}
      {cause ? (
        <a
          class="id"
          href={logAddress({ request: cause })}
          title="All lines of this request, and of what came of it"
        >
          {cause.slice(0, 8)}
        </a>
      ) : null}
    </>
  )
}

/** As much stands in the row; more is in the fold. */
const shown = 160

function Said({ line: { fields, error, place } }: { line: LogLine }): VNode | null {
  const { pid, ...others } = fields
  const text = Object.entries(others)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
  if (!text && !error) return null
  const long = text.length > shown
  return (
    <>
      {text && !long ? <div class="log-fields">{text}</div> : null}
      {error || long ? (
        <details class="row-note" id={elementId('said', `${place.file}-${place.offset}`)}>
          <summary>{error?.split('\n', 1)[0] || 'Details'}</summary>
          <CodeBlock text={[long ? text : '', error ?? ''].filter(Boolean).join('\n\n')} label="Details" />
        </details>
      ) : null}
    </>
  )
}
