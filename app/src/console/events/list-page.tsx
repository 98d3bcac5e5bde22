import type { VNode } from 'preact'
import type { EventPage, EventRegistry } from '../../eventlog/index.ts'
import { Button, ButtonLink, Empty, Pager, SelectField, Table, TextField } from '../components/index.ts'
import { EventRow, eventColumns } from './event-row.tsx'
import { listAddress, type Narrowing } from './filter.ts'

export interface EventListProps {
  narrowing: Narrowing
  page: EventPage
  /** Whether this is where the newest stand. */
  first: boolean
  registry: EventRegistry
  /** Names of accounts by id. */
  names: Map<string, string>
}

/** Everything that happened, newest first, with its filter in the address. */
export function EventList({ narrowing, page, first, registry, names }: EventListProps): VNode {
  const descriptions = new Map(
    registry.filter().map(({ key, code, description }) => [`${key} ${code}`, description]),
  )
  return (
    <>
      <Filters narrowing={narrowing} keys={registry.keys()} />
      {page.events.length > 0 ? (
        <Table caption="Events, newest first" columns={eventColumns}>
          {page.events.map((event) => (
            <EventRow
              event={event}
              description={descriptions.get(`${event.key} ${event.code}`) ?? null}
              names={names}
              key={event.id}
            />
          ))}
        </Table>
      ) : (
        <NoEvents narrowed={Object.keys(narrowing).length > 0} />
      )}
      <Pager
        first={first ? null : listAddress(narrowing)}
        next={page.next === null ? null : listAddress(narrowing, page.next)}
      />
    </>
  )
}

const ages = [
  { value: '', label: 'Any time' },
  { value: '1h', label: 'In the last hour' },
  { value: '24h', label: 'In the last 24 hours' },
  { value: '7d', label: 'In the last 7 days' },
  { value: '30d', label: 'In the last 30 days' },
]

/** Fields that have no place in the form; they stay as the address has them. */
const kept = ['code', 'level', 'until'] as const

function Filters({ narrowing, keys }: { narrowing: Narrowing; keys: string[] }): VNode {
  const whats = [{ value: '', label: 'Anything' }, ...keys.map((key) => ({ value: key, label: key }))]
  return (
    <div class="filters">
      <form class="filter-form" action="/events" method="get">
        {kept.map((field) =>
          narrowing[field] ? <input type="hidden" name={field} value={narrowing[field]} key={field} /> : null,
        )}
        <SelectField
          name="key"
          label="What"
          value={narrowing.key}
          options={withChosen(whats, narrowing.key)}
        />
        <TextField
          name="subject"
          label="About"
          type="search"
          value={narrowing.subject}
          placeholder="file, or file 12"
        />
        <TextField name="by" label="By" type="search" value={narrowing.by} placeholder="program, or an id" />
        <TextField
          name="request"
          label="Request"
          type="search"
          value={narrowing.request}
          placeholder="Its id"
        />
        <SelectField
          name="from"
          label="When"
          value={narrowing.from}
          options={withChosen(ages, narrowing.from)}
        />
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

function NoEvents({ narrowed }: { narrowed: boolean }): VNode {
  if (narrowed)
    return (
      <Empty
        kind="match"
        title="No event matches"
        action={<ButtonLink href="/events">Show all events</ButtonLink>}
      >
        None has all of this together.
      </Empty>
    )
  return (
    <Empty
      kind="nothing"
      title="Nothing has happened yet"
      action={<ButtonLink href="/files">Hand in a file</ButtonLink>}
    >
      Whatever people and programs do here is listed, and stays.
    </Empty>
  )
}
