import type { Schedule } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Button, ButtonLink, Form } from '../components/index.ts'
import { scheduleAddress } from './address.ts'

/** The question before a schedule is deleted, in a dialog or on a page of its own. */
export function DeleteForm({ schedule: { name, job, lastRun } }: { schedule: Schedule }): VNode {
  return (
    <Form class="confirm" action={scheduleAddress(name, 'delete')}>
      <p>
        {job} is no longer run by this schedule{lastRun ? '; jobs that it made stay' : ''}. A program that
        registers it at its start makes it again.
      </p>
      <div class="buttons">
        <Button tone="danger" id="schedule-delete">
          Delete this schedule
        </Button>
        <ButtonLink href={scheduleAddress(name)}>Keep it</ButtonLink>
      </div>
    </Form>
  )
}
