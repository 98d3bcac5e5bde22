import type { VNode } from 'preact'
import type { LoggedEvent } from '../../eventlog/index.ts'
import { Cell, type Column, JsonBlock, Row, Time } from '../components/index.ts'
import { listAddress, theProgram } from './filter.ts'
import { accountOf } from './people.ts'

export const eventColumns: Column[] = [
  { label: 'What' },
  { label: 'About' },
  { label: 'By' },
  { label: 'When', end: true },
]

export interface EventRowProps {
  event: LoggedEvent
  /** What its code says; null where no module knows it any more. */
  description: string | null
  /** Names of accounts by id; one that is gone has none. */
  names: Map<string, string>
}

/** An event, with what it tells in a fold. */
export function EventRow({ event, description, names }: EventRowProps): VNode {
  const { subject, createdBy, correlationId } = event
  const about = `${subject.kind} ${subject.id}`
  return (
    <Row id={`event-${event.id}`}>
      <Cell label="What" main>
        {description ?? `${event.key} ${event.code}`} <span class="id">{event.code}</span>
        <Content event={event} />
      </Cell>
      <Cell label="About">
        <a href={listAddress({ subject: about })}>{names.get(accountOf(event) ?? '') ?? about}</a>
      </Cell>
      <Cell label="By">
        <a href={listAddress({ by: createdBy ?? theProgram })}>
          {createdBy === null ? 'the program' : (names.get(createdBy) ?? 'an account that is gone')}
        </a>
        {correlationId ? (
          <>
            {' '}
            <a
              class="id"
              href={listAddress({ request: correlationId })}
              title="All that came of this request"
            >
              {correlationId.slice(0, 8)}
            </a>
          </>
        ) : null}
      </Cell>
      <Cell label="When" end>
        <Time at={event.createdAt} as="day" />
      </Cell>
    </Row>
  )
}

/** Notes at once, the rest on demand. */
function Content({ event: { id, notes, context, patch, erasedAt } }: { event: LoggedEvent }): VNode | null {
  if (erasedAt) return <div class="row-note">Notes and details were erased.</div>
  const details = patch ? { context, change: patch.forwards.map((step) => ({ ...step })) } : context
  return (
    <>
      {notes ? <div class="row-note">{notes}</div> : null}
      {details !== null ? (
        <details class="row-note">
          <summary>Details</summary>
          <JsonBlock value={details} label="Details" id={`event-${id}-details`} />
        </details>
      ) : null}
    </>
  )
}
