import type { VNode } from 'preact'
import type { LogPage as Lines } from '../../platform/logging/read.ts'
import {
  Button,
  ButtonLink,
  Empty,
  Notice,
  Pager,
  SelectField,
  Table,
  TextField,
  Time,
} from '../components/index.ts'
import { address } from '../jobs/filter.ts'
import { logAddress, type Narrowing } from './filter.ts'
import { LineRow, lineColumns } from './line-row.tsx'

export interface LogPageProps {
  narrowing: Narrowing
  page: Lines
  /** Whether this is where the newest stand. */
  first: boolean
}

/** The log, newest first, with its filter in the address. */
export function LogPage(props: LogPageProps): VNode {
  return (
    <>
      <Filters narrowing={props.narrowing} />
      <Follow narrowing={props.narrowing} />
      <LogLines {...props} />
    </>
  )
}

/** What replaces itself when lines came; not where one looks back. */
export function LogLines({ narrowing, page, first }: LogPageProps): VNode {
  const live = first && narrowing.until === undefined
  return (
    <div
      id="log-lines"
      {...(live
        ? {
            'data-live-topics': 'logs',
            'data-live-every': '1000',
            'hx-get': address('/logs/lines', narrowing),
            'hx-trigger': 'live',
            'hx-swap': 'outerHTML',
          }
        : {})}
    >
      {page.lines.length > 0 ? (
        <Table caption="Lines of the log, newest first" columns={lineColumns} compact>
          {page.lines.map((line) => (
            <LineRow line={line} key={`${line.place.file}-${line.place.offset}`} />
          ))}
        </Table>
      ) : (
        <NoLines narrowing={narrowing} page={page} />
      )}
      {page.lookedBackTo && page.lines.length > 0 ? (
        <Notice>
          All since <Time at={page.lookedBackTo} as="day" /> was looked through. Older ones look further.
        </Notice>
      ) : null}
      <Pager
        first={first ? null : logAddress(narrowing)}
        next={
          page.next && (page.lines.length > 0 || !page.lookedBackTo) ? logAddress(narrowing, page.next) : null
        }
      />
    </div>
  )
}

const weights = [
  { value: '', label: 'All' },
  { value: 'info', label: 'Info and worse' },
  { value: 'warning', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
]

const ages = [
  { value: '', label: 'Any time' },
  { value: '15m', label: 'In the last 15 minutes' },
  { value: '1h', label: 'In the last hour' },
  { value: '24h', label: 'In the last 24 hours' },
  { value: '7d', label: 'In the last 7 days' },
]

function Filters({ narrowing }: { narrowing: Narrowing }): VNode {
  const { level, text, request, job, from, until } = narrowing
  return (
    <div class="filters">
      <form class="filter-form" action="/logs" method="get">
        {until ? <input type="hidden" name="until" value={until} /> : null}
        <SelectField name="level" label="Level" value={level} options={withChosen(weights, level)} />
        <TextField name="text" label="Text" type="search" value={text} placeholder="Anywhere in the line" />
        <TextField name="request" label="Request" type="search" value={request} placeholder="Its id" />
        <TextField name="job" label="Job" type="search" value={job} placeholder="Its number" />
        <SelectField name="from" label="When" value={from} options={withChosen(ages, from)} />
        <Button>Filter</Button>
      </form>
    </div>
  )
}

/** An address may choose what the form does not offer. */
function withChosen(options: { value: string; label: string }[], chosen: string | undefined) {
  if (!chosen || options.some(({ value }) => value === chosen)) return options
  return [...options, { value: chosen, label: chosen }]
}

/** From a request or a job to what else is known of it. */
function Follow({ narrowing: { request, job } }: { narrowing: Narrowing }): VNode | null {
  if (!request && !job) return null
  return (
    <div class="list-summary">
      {job && /^\d+$/.test(job) ? <ButtonLink href={`/jobs/${job}`}>Job {job}</ButtonLink> : null}
      {request ? (
        <ButtonLink href={address('/events', { request })}>Events of this request</ButtonLink>
      ) : null}
    </div>
  )
}

function NoLines({ narrowing, page }: { narrowing: Narrowing; page: Lines }): VNode {
  if (page.next && page.lookedBackTo)
    return (
      <Empty
        kind="match"
        title="None among the lines looked through"
        action={<ButtonLink href={logAddress(narrowing, page.next)}>Look further</ButtonLink>}
      >
        All since <Time at={page.lookedBackTo} as="day" /> was looked through; there are older ones.
      </Empty>
    )
  if (Object.keys(narrowing).length > 0)
    return (
      <Empty
        kind="match"
        title="No line matches"
        action={<ButtonLink href="/logs">Show all lines</ButtonLink>}
      >
        None has all of this together.
      </Empty>
    )
  return (
    <Empty kind="nothing" title="No lines yet">
      What the program’s processes on this machine log is shown here.
    </Empty>
  )
}
