import type { Schedule } from '@factotum/jobs'
import type { ComponentChildren, VNode } from 'preact'
import { ButtonLink, Empty, Table } from '../components/index.ts'
import { ScheduleRow, scheduleColumns } from './schedule-row.tsx'

export interface ScheduleListProps {
  schedules: Schedule[]
  /** What came of a button. */
  notice?: ComponentChildren
}

/** All schedules; replaces itself when jobs come and go, as a fire makes one. */
export function ScheduleList({ schedules, notice }: ScheduleListProps): VNode {
  return (
    <div
      id="schedules"
      data-live-topics="jobs"
      data-live-every="1000"
      hx-get="/schedules?only=list"
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      {notice}
      {schedules.length > 0 ? (
        <Table caption="Schedules, the next to fire first" columns={scheduleColumns}>
          {schedules.map((schedule) => (
            <ScheduleRow schedule={schedule} key={schedule.name} />
          ))}
        </Table>
      ) : (
        <Empty
          kind="nothing"
          title="No schedules yet"
          action={<ButtonLink href="/jobs">See the jobs</ButtonLink>}
        >
          What a program registers to run by the clock is listed here.
        </Empty>
      )}
    </div>
  )
}
