import type { Schedule } from '@factotum/jobs'
import type { ComponentChildren, VNode } from 'preact'
import { exact } from '../assets/format.js'
import { Count, Duration, Empty, Facts, JsonBlock, Panel, Time } from '../components/index.ts'
import { usePerson } from '../person.ts'
import { scheduleAddress } from './address.ts'
import { LastRun } from './last-run.tsx'
import { NextRun, ScheduleButtons } from './schedule-row.tsx'

export interface ScheduleBodyProps {
  schedule: Schedule
  /** What came of a button. */
  notice?: ComponentChildren
}

/** All about one schedule; replaces itself when jobs come and go. */
export function ScheduleBody({ schedule, notice }: ScheduleBodyProps): VNode {
  return (
    <div
      id="schedule"
      class="split"
      data-live-topics="jobs"
      data-live-every="1000"
      hx-get={scheduleAddress(schedule.name, 'live')}
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      <div class="split-main">
        {notice}
        <section class="now" aria-label="Next run">
          <div class="now-state">
            {schedule.nextAt ? <span class="now-text">Next run</span> : null}
            <NextRun schedule={schedule} />
          </div>
          <ScheduleButtons schedule={schedule} view="one" />
        </section>
        <Panel id="schedule-next" title="Next runs">
          <NextRuns schedule={schedule} />
        </Panel>
        <Panel id="schedule-args" title="Arguments">
          <JsonBlock value={schedule.args} label="Arguments" id="schedule-args-code" />
        </Panel>
      </div>
      <div class="split-aside">
        <Panel id="schedule-facts" title="About this schedule">
          <Facts facts={factsOf(schedule)} />
        </Panel>
      </div>
    </div>
  )
}

function NextRuns({ schedule: { nextRuns, paused, timeZone } }: { schedule: Schedule }): VNode {
  const { zone } = usePerson()
  if (nextRuns.length === 0)
    return (
      <Empty kind="clear" title={paused ? 'Paused' : 'No further run'}>
        {paused ? 'It fires again once it is resumed; what came meanwhile is not made up for.' : null}
      </Empty>
    )
  return (
    <ol class="runs">
      {nextRuns.map((at) => (
        <li key={at.getTime()}>
          <Time at={at} as="day" /> <span class="row-note">{ownTime(at, timeZone, zone)}</span>
        </li>
      ))}
    </ol>
  )
}

/** In the schedule's zone, where that is another than the person's. */
function ownTime(at: Date, zone: string, persons: string): string | null {
  if (zone === persons) return null
  return exact(at, zone).replace(/\.\d{3} /, ' ')
}

const missedWords = {
  skip: 'not made up for',
  once: 'made up for by one job',
  all: 'made up for by a job each',
}
const overlapWords = {
  skip: 'left out',
  allow: 'made beside it',
  cancelPrevious: 'made, and it is canceled',
}

function factsOf(schedule: Schedule) {
  const { job, queue, cron, timeZone, missed, overlap } = schedule
  return [
    { label: 'Job', value: <a href={`/jobs?name=${encodeURIComponent(job)}`}>{job}</a> },
    { label: 'Queue', value: <a href={`/jobs?queue=${encodeURIComponent(queue)}`}>{queue}</a> },
    { label: 'Rule', value: <span class="rule">{cron}</span> },
    { label: 'Zone', value: timeZone },
    { label: 'Last run', value: <LastRun run={schedule.lastRun} id="schedule-last" /> },
    {
      label: 'Missed',
      value: (
        <>
          <Count value={schedule.missedRuns} />; {missedWords[missed]}
          {missed === 'all' ? (
            <>
              {' '}
              within <Duration ms={schedule.window} />
            </>
          ) : null}
        </>
      ),
    },
    {
      label: 'Skipped',
      value: (
        <>
          <Count value={schedule.skippedRuns} />; while the job before has not ended a run is{' '}
          {overlapWords[overlap]}
        </>
      ),
    },
    { label: 'Priority', value: String(schedule.priority) },
    { label: 'Retries', value: String(schedule.retries) },
    { label: 'Created', value: <Time at={schedule.createdAt} as="day" /> },
  ]
}
