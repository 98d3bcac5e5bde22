import type { JobState } from '@factotum/jobs'
import { Type } from 'typebox'

/** In the order in which a job goes through them. */
export const states: JobState[] = [
  'scheduled',
  'deferred',
  'queued',
  'started',
  'finished',
  'failed',
  'canceled',
]

export const time = Type.String({ format: 'date-time' })
export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])

const status = Type.String({ enum: states })
/** What a job answered or was given: any JSON. */
const json = Type.Unknown()

export const jobStatusBody = Type.Object({
  id: Type.String({ description: 'A bigint as text.' }),
  status,
  result: json,
  created_at: time,
  started_at: orNull(time),
  ended_at: orNull(time),
  progress: orNull(Type.Number({ minimum: 0, maximum: 1 })),
  attempts: Type.Integer({ description: 'Runs that ended by themselves.' }),
  error: orNull(Type.String()),
})

/** A job in a list: without arguments and result, which may be large. */
export const jobSummaryBody = Type.Object({
  id: Type.String(),
  name: Type.String(),
  queue: Type.String(),
  status,
  progress: orNull(Type.Number()),
  progress_message: orNull(Type.String()),
  priority: Type.Integer(),
  attempts: Type.Integer(),
  max_attempts: Type.Integer(),
  error: orNull(Type.String()),
  canceled_how: orNull(Type.String()),
  correlation_id: orNull(Type.String()),
  parked: Type.Boolean({ description: 'Ready, but no live worker has a handler for its name.' }),
  created_at: time,
  run_at: time,
  started_at: orNull(time),
  ended_at: orNull(time),
})

export const jobDetailBody = Type.Object({
  ...jobSummaryBody.properties,
  args: Type.Array(json),
  result: json,
  failures: Type.Array(
    Type.Object({
      attempt: Type.Integer(),
      started_at: time,
      ended_at: time,
      error: Type.String(),
      stack: orNull(Type.String()),
    }),
  ),
  log: Type.Array(Type.Object({ at: time, attempt: Type.Integer(), line: Type.String() })),
})

export const jobListBody = Type.Object({ jobs: Type.Array(jobSummaryBody), next: orNull(Type.String()) })

export const queueInfoBody = Type.Object({
  name: Type.String(),
  length: Type.Integer(),
  jobs: Type.Array(Type.Object({ id: Type.String(), func_name: Type.String(), created_at: time, status })),
})

export const retriedBody = Type.Object({ status: Type.Literal('retried'), job_id: Type.String() })
export const notFailedBody = Type.Object({
  status: Type.Literal('error'),
  job_id: Type.String(),
  error: Type.Literal('Job is not in failed state'),
})
export const canceledBody = Type.Object({
  status: Type.Union([Type.Literal('canceled'), Type.Literal('canceling')]),
  job_id: Type.String(),
})
export const refusedBody = Type.Object(
  { error: Type.String(), message: Type.String() },
  { additionalProperties: true },
)

export const idParams = Type.Object({ id: Type.String() })
