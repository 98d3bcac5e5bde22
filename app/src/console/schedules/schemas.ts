import { Type } from 'typebox'
import { orNull, states, time } from '../jobs/schemas.ts'

const policy = {
  missed: Type.String({
    enum: ['skip', 'once', 'all'],
    description: 'Fires that no scheduler was up for: no job, one for all, or each within the window.',
  }),
  overlap: Type.String({
    enum: ['skip', 'allow', 'cancelPrevious'],
    description:
      'A fire while the last job has not ended: left out, made all the same, or made in its place.',
  }),
}

export const scheduleBody = Type.Object({
  name: Type.String(),
  job: Type.String(),
  queue: Type.String(),
  priority: Type.Integer(),
  retries: Type.Integer(),
  args: Type.Array(Type.Unknown()),
  cron: Type.String(),
  time_zone: Type.String(),
  ...policy,
  window: orNull(Type.Number({ description: 'Milliseconds; null unless missed is "all".' })),
  paused: Type.Boolean(),
  next_runs: Type.Array(time, { description: 'The next five; none while it is paused.' }),
  last_run: orNull(
    Type.Object({
      job_id: Type.String(),
      status: orNull(Type.String({ enum: states, description: 'Null once history has dropped the job.' })),
      scheduled_for: time,
      enqueued_at: time,
    }),
  ),
  missed_runs: Type.Integer({ description: 'Fires that nobody was there to make, and that have no job.' }),
  skipped_runs: Type.Integer({ description: 'Fires that were left out because of overlap.' }),
  created_at: time,
})

export const scheduleListBody = Type.Object({ schedules: Type.Array(scheduleBody) })

const duration = Type.Union([Type.Number(), Type.String()], {
  description: 'Milliseconds, or text such as "10s".',
})

/** What `PUT` takes; the engine checks what it means. */
export const schedulePut = Type.Object(
  {
    job: Type.String({ description: 'The name of a job that this program defines.' }),
    args: Type.Optional(Type.Array(Type.Unknown())),
    cron: Type.String({
      description: 'Five fields, six with seconds first, or a nickname such as "@daily".',
    }),
    time_zone: Type.Optional(Type.String({ description: 'An IANA name.' })),
    missed: Type.Optional(policy.missed),
    window: Type.Optional(duration),
    overlap: Type.Optional(policy.overlap),
    options: Type.Optional(
      Type.Object(
        {
          queue: Type.Optional(Type.String()),
          priority: Type.Optional(Type.Integer()),
          retries: Type.Optional(Type.Integer()),
          backoff: Type.Optional(Type.String({ enum: ['fixed', 'exponential'] })),
          backoff_delay: Type.Optional(duration),
          timeout: Type.Optional(duration),
        },
        { additionalProperties: true, description: "For its jobs, where they differ from the definition's." },
      ),
    ),
  },
  { additionalProperties: false },
)

export const nameParams = Type.Object({ name: Type.String() })
export const enqueuedBody = Type.Object({ status: Type.Literal('enqueued'), job_id: Type.String() })
export const deletedBody = Type.Object({ status: Type.Literal('deleted'), name: Type.String() })
