import type { JobManager } from '@factotum/jobs'
import type { ComponentChildren, VNode } from 'preact'
import { since } from '../assets/format.js'
import { Count } from '../components/index.ts'
import { midnight, type Person } from '../person.ts'
import { COUNTED } from '../queues/bound.ts'

/** What runs, waits and ended, in five numbers. */
export async function loadFigures(jobs: JobManager, { zone }: Person): Promise<VNode> {
  const now = new Date()
  const [queues, workers, ended] = await Promise.all([
    jobs.queues({ most: COUNTED }),
    jobs.workers(),
    jobs.ended(midnight(now, zone)),
  ])
  const sum = (field: 'queued' | 'started' | 'scheduled' | 'deferred') =>
    queues.reduce((total, queue) => total + queue[field], 0)
  // A sum that reached the bound with a count that stopped: there are more.
  const more = (value: number) => value >= COUNTED && queues.some((queue) => queue.more)
  const waits = queues.map(({ oldestWaiting }) => oldestWaiting).filter((seconds) => seconds !== null)
  const oldest = waits.length > 0 ? new Date(now.getTime() - Math.max(...waits) * 1_000) : null
  return (
    <section
      id="figures"
      class="figures"
      aria-label="Figures"
      data-live-topics="jobs"
      data-live-every="1000"
      hx-get="/overview/figures"
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      <Figure
        id="running"
        label="Running"
        value={sum('started')}
        href="/jobs?state=started"
        note={
          workers.length === 0 ? (
            'no worker is up'
          ) : (
            <>
              on <Count value={workers.length} one="worker" />
            </>
          )
        }
        tone={workers.length === 0 ? 'warn' : 'plain'}
      />
      <Figure
        id="waiting"
        label="Waiting"
        value={sum('queued') + sum('deferred')}
        more={more(sum('queued') + sum('deferred'))}
        href="/jobs?state=queued"
        note={oldest ? <>oldest {since(oldest, now)}</> : null}
      />
      <Figure
        id="scheduled"
        label="Scheduled"
        value={sum('scheduled')}
        more={more(sum('scheduled'))}
        href="/jobs?state=scheduled"
        note="for later"
      />
      <Figure
        id="finished"
        label="Finished today"
        value={ended.finished}
        href="/jobs?state=finished"
        note={
          ended.canceled > 0 ? (
            <>
              <Count value={ended.canceled} /> canceled
            </>
          ) : null
        }
      />
      <Figure
        id="failed"
        label="Failed today"
        value={ended.failed}
        href="/jobs?state=failed"
        tone={ended.failed > 0 ? 'bad' : 'plain'}
        note={ended.failed === 0 ? 'all well' : shareFailed(ended)}
      />
    </section>
  )
}

/** "0.4 % of all": five failures among a million are another matter than five among ten. */
function shareFailed({ finished, failed }: { finished: number; failed: number }): string {
  const percent = (100 * failed) / (finished + failed)
  return `${percent < 0.1 ? 'under 0.1' : Number(percent.toPrecision(2))} % of all`
}

interface FigureProps {
  id: string
  label: string
  value: number
  /** The count stopped there: there are more. */
  more?: boolean
  href: string
  note: ComponentChildren
  tone?: 'plain' | 'bad' | 'warn'
}

function Figure({ id, label, value, more = false, href, note, tone = 'plain' }: FigureProps): VNode {
  return (
    <a class={`figure figure-${tone}`} href={href} id={`figure-${id}`}>
      <span class="figure-label">{label}</span>
      <span class="figure-line">
        <span class="figure-value">
          <Count value={value} roll={`figure-${id}-value`} />
          {more ? '+' : ''}
        </span>
        <span class="figure-note">{note}</span>
      </span>
    </a>
  )
}
