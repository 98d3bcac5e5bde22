import type { Schedule } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Cell, type Column, Count, PostButton, Row, StateSign, Time } from '../components/index.ts'
import { usePerson } from '../person.ts'
import { scheduleAddress, scheduleId } from './address.ts'
import { LastRun } from './last-run.tsx'

export const scheduleColumns: Column[] = [
  { label: 'Schedule' },
  { label: 'Next run' },
  { label: 'Rule' },
  { label: 'Last run' },
  { label: 'Missed', end: true },
  { label: 'Actions', hidden: true },
]

export function ScheduleRow({ schedule }: { schedule: Schedule }): VNode {
  const { name, job, queue, cron, timeZone, lastRun } = schedule
  const id = scheduleId(name)
  return (
    <Row id={id}>
      <Cell label="Schedule" main>
        <a class="row-link" href={scheduleAddress(name)} id={`${id}-link`}>
          {name}
        </a>
        <div class="row-note">
          {job} in queue {queue}
        </div>
      </Cell>
      <Cell label="Next run" side>
        <NextRun schedule={schedule} />
      </Cell>
      <Cell label="Rule">
        <span class="rule">{cron}</span> <span class="row-note under">{timeZone}</span>
      </Cell>
      <Cell label="Last run">
        <LastRun run={lastRun} id={`${id}-last`} />
      </Cell>
      <Cell label="Missed" end>
        <Missed schedule={schedule} />
      </Cell>
      <Cell label="">
        <ScheduleButtons schedule={schedule} view="list" />
      </Cell>
    </Row>
  )
}

export function NextRun({ schedule: { paused, nextAt, nextRuns } }: { schedule: Schedule }): VNode {
  if (paused) return <StateSign sign="canceled" word="paused" />
  const next = nextRuns[0] ?? nextAt
  if (!next) return <span class="none">never</span>
  // A fire that is owed is made as soon as a scheduler is there.
  if (nextAt && nextAt < new Date(Date.now() - 60_000)) return <span class="state-warn">overdue</span>
  return <Time at={next} />
}

/** Fires without a job: nobody was there, or the job before had not ended. */
export function Missed({ schedule: { missedRuns, skippedRuns } }: { schedule: Schedule }): VNode {
  if (missedRuns + skippedRuns === 0) return <span class="none">–</span>
  return (
    <>
      {missedRuns > 0 ? <Count value={missedRuns} /> : null}
      {missedRuns > 0 && skippedRuns > 0 ? ' ' : null}
      {skippedRuns > 0 ? (
        <span class="row-note under">
          <Count value={skippedRuns} /> skipped
        </span>
      ) : null}
    </>
  )
}

/** Its verbs. `view` is what the answer draws again: the list or the schedule's own page. */
export function ScheduleButtons({
  schedule: { name, paused },
  view,
}: {
  schedule: Schedule
  view: 'list' | 'one'
}): VNode {
  const { may } = usePerson()
  const id = scheduleId(name)
  const common = { target: view === 'list' ? '#schedules' : '#schedule', fields: { view } }
  const remove = scheduleAddress(name, 'delete')
  return (
    <div class="buttons">
      <PostButton action={scheduleAddress(name, 'run')} id={`${id}-run`} needs="schedules.run" {...common}>
        Run now
      </PostButton>
      <PostButton
        action={scheduleAddress(name, paused ? 'resume' : 'pause')}
        id={`${id}-${paused ? 'resume' : 'pause'}`}
        needs="schedules.pause"
        {...common}
      >
        {paused ? 'Resume' : 'Pause'}
      </PostButton>
      {may('schedules.edit') ? (
        <a
          class="button button-danger"
          id={`${id}-delete`}
          href={remove}
          hx-get={remove}
          hx-target="#dialog"
          hx-swap="innerHTML"
        >
          Delete
        </a>
      ) : null}
    </div>
  )
}
