import type { VNode } from 'preact'
import type { LogFileName } from '../../platform/logging/names.ts'
import {
  Button,
  Bytes,
  Cell,
  type Column,
  Empty,
  Form,
  Pager,
  Row,
  SelectField,
  Table,
  Time,
} from '../components/index.ts'
import { elementId } from '../element-id.ts'
import { usePerson } from '../person.ts'

export interface SizedFile extends LogFileName {
  bytes: number
}

export interface LogFilesProps {
  files: SizedFile[]
  /** How many stand before these. */
  from: number
  /** Of all. */
  count: number
  /** For how long files are kept. */
  days: number
}

const columns: Column[] = [
  { label: 'File' },
  { label: 'State' },
  { label: 'Machine', minor: true },
  { label: 'From', end: true },
  { label: 'To', end: true },
  { label: 'Size', end: true },
]

/** Every file of the log, to be downloaded, and to be cleared by age. */
export function LogFiles({ files, from, count, days }: LogFilesProps): VNode {
  const next = from + files.length
  return (
    <>
      <Clear days={days} />
      {files.length > 0 ? (
        <Table caption="Files of the log, those with the newest lines first" columns={columns}>
          {files.map((file) => (
            <FileRow file={file} key={file.id} />
          ))}
        </Table>
      ) : (
        <Empty kind="nothing" title="No files">
          What the program’s processes on this machine log is written here.
        </Empty>
      )}
      <Pager
        first={from > 0 ? '/logs/files' : null}
        next={next < count ? `/logs/files?skip=${next}` : null}
      />
    </>
  )
}

function FileRow({ file }: { file: SizedFile }): VNode {
  const { name, id, program, pid, stream, start, end, compressed, machine, bytes } = file
  return (
    <Row id={elementId('file', id)}>
      <Cell label="File" main>
        <a href={`/logs/files/${name}`} download={name}>
          {program} <span class="id">{pid}</span>
        </a>{' '}
        {stream === 'all' ? null : <span class="row-note">{stream} only</span>}
      </Cell>
      <Cell label="State" side>
        {end === null ? 'being written' : compressed ? 'archive' : 'complete'}
      </Cell>
      <Cell label="Machine" minor>
        <span class="id">{machine}</span>
      </Cell>
      <Cell label="From" end>
        <Time at={start} as="day" />
      </Cell>
      <Cell label="To" end>
        {end ? <Time at={end} as="day" /> : <span class="none">now</span>}
      </Cell>
      <Cell label="Size" end>
        <Bytes size={bytes} />
      </Cell>
    </Row>
  )
}

const ages = [1, 7, 30, 90, 365]

function Clear({ days }: { days: number }): VNode {
  const { may } = usePerson()
  return (
    <div class="filters">
      <p class="list-count">
        Complete files stay for {days} {days === 1 ? 'day' : 'days'} (LOG_DAYS).
      </p>
      {may('logs.clear') ? (
        <Form class="filter-form" action="/logs/clear">
          <SelectField
            name="days"
            label="Remove what ended"
            value="30"
            options={ages.map((age) => ({
              value: String(age),
              label: age === 1 ? 'more than a day ago' : `more than ${age} days ago`,
            }))}
          />
          <Button tone="danger" id="clear-logs">
            Remove files
          </Button>
        </Form>
      ) : null}
    </div>
  )
}
