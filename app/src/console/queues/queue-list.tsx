import type { Limit, QueueFigures } from '@factotum/jobs'
import type { VNode } from 'preact'
import { duration } from '../assets/format.js'
import {
  ButtonLink,
  Cell,
  type Column,
  Count,
  Duration,
  Empty,
  PostButton,
  Row,
  StateSign,
  Table,
} from '../components/index.ts'
import { elementId } from '../element-id.ts'
import { listAddress } from '../jobs/filter.ts'
import { COUNTED } from './bound.ts'

const columns: Column[] = [
  { label: 'Queue' },
  { label: 'State' },
  { label: 'Waiting', end: true },
  { label: 'Running', end: true },
  { label: 'Later', end: true },
  { label: 'Per minute', end: true },
  { label: 'Actions', hidden: true },
]

/** All queues; replaces itself when the figures move. */
export function QueueList({ queues }: { queues: QueueFigures[] }): VNode {
  return (
    <div
      id="queues"
      data-live-topics="jobs"
      data-live-every="1000"
      hx-get="/queues?only=list"
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      {queues.length > 0 ? (
        <Table caption="Queues, by name" columns={columns}>
          {queues.map((queue) => (
            <QueueRow queue={queue} key={queue.name} />
          ))}
        </Table>
      ) : (
        <Empty
          kind="nothing"
          title="No queues yet"
          action={<ButtonLink href="/jobs">See the jobs</ButtonLink>}
        >
          A queue is there from its first job on.
        </Empty>
      )}
    </div>
  )
}

function QueueRow({ queue }: { queue: QueueFigures }): VNode {
  const { name, paused, limits, queued, started, scheduled, deferred, oldestWaiting, more } = queue
  const id = elementId('queue', name)
  const verb = paused ? 'resume' : 'pause'
  const later = scheduled + deferred
  // One flag for all counts of a queue: it is about waiting jobs where these reached the bound.
  const waitingMore = more && queued >= COUNTED
  const laterMore = more && (!waitingMore || later >= COUNTED)
  return (
    <Row id={id}>
      <Cell label="Queue" main>
        <a class="row-link" href={listAddress({ queue: name })} id={`${id}-link`}>
          {name}
        </a>
        {limits ? <div class="row-note">{limitText(limits)}</div> : null}
      </Cell>
      <Cell label="State" side>
        <QueueState queue={queue} />
      </Cell>
      <Cell label="Waiting" end>
        <Figure value={queued} more={waitingMore} href={listAddress({ queue: name, state: 'queued' })} />
        {oldestWaiting !== null && oldestWaiting >= 1 ? (
          <span class="row-note under">
            {' '}
            oldest <Duration ms={oldestWaiting * 1_000} />
          </span>
        ) : null}
      </Cell>
      <Cell label="Running" end>
        <Figure value={started} href={listAddress({ queue: name, state: 'started' })} />
      </Cell>
      <Cell label="Later" end>
        <Figure
          value={later}
          more={laterMore}
          href={listAddress({ queue: name, state: 'scheduled,deferred' })}
        />
      </Cell>
      <Cell label="Per minute" end>
        <Rate queue={queue} />
      </Cell>
      <Cell label="">
        <PostButton
          action={`/queues/${encodeURIComponent(name)}/${verb}`}
          target="#queues"
          needs="queues.pause"
          id={`${id}-${verb}`}
        >
          {paused ? 'Resume' : 'Pause'}
        </PostButton>
      </Cell>
    </Row>
  )
}

function QueueState({ queue: { paused, started, queued } }: { queue: QueueFigures }): VNode {
  if (paused) return <StateSign sign="canceled" word="paused" />
  if (started > 0) return <StateSign sign="started" word="running" />
  if (queued > 0) return <StateSign sign="queued" word="waiting" />
  return <StateSign sign="finished" word="idle" />
}

function Figure({ value, more = false, href }: { value: number; more?: boolean; href: string }): VNode {
  if (value === 0) return <span class="none">–</span>
  return (
    <a href={href}>
      <Count value={value} />
      {more ? '+' : ''}
    </a>
  )
}

function Rate({ queue: { finishedPerMinute, failedPerMinute } }: { queue: QueueFigures }): VNode {
  if (finishedPerMinute === 0 && failedPerMinute === 0) return <span class="none">–</span>
  return (
    <>
      <Count value={rounded(finishedPerMinute)} />
      {failedPerMinute > 0 ? (
        <span class="row-note row-bad under">
          {' '}
          <Count value={rounded(failedPerMinute)} /> failed
        </span>
      ) : null}
    </>
  )
}

/** A few jobs in five minutes must not show as none. */
const rounded = (rate: number) => (rate >= 10 ? Math.round(rate) : Math.ceil(rate * 10) / 10)

function limitText({ running, starts, perKey }: NonNullable<QueueFigures['limits']>): string {
  const parts = (limit: Limit<number>, whose: string) => [
    ...(limit.running === undefined ? [] : [`${limit.running} at a time${whose}`]),
    ...(limit.starts === undefined
      ? []
      : [`${limit.starts.most} starts in ${duration(limit.starts.per)}${whose}`]),
  ]
  return [
    ...parts({ ...(running === undefined ? {} : { running }), ...(starts ? { starts } : {}) }, ''),
    ...(perKey ? parts(perKey, ' a key') : []),
  ].join(', ')
}
