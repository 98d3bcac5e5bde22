import type { JobState, Json } from '@factotum/jobs'
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

const linked = Type.Object({
  id: Type.String(),
  name: orNull(Type.String({ description: 'Null once history has dropped it.' })),
  status,
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
  steps: Type.Array(Type.Object({ name: Type.String(), result: json, at: time })),
  parents: Type.Array(linked, { description: 'What it waits or waited for.' }),
  children: Type.Array(linked, { description: 'The jobs that wait or waited for it.' }),
})

const moment = (what: string) =>
  Type.Optional(Type.String({ description: `${what}: ISO 8601, or how long ago, such as 15m, 24h or 7d.` }))

/** What narrows a list or a bulk, beside the state and the arguments, which an address writes as text. */
const narrowing = {
  queue: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  text: Type.Optional(
    Type.String({ description: 'Within the arguments, as JSON, or the last error; of either case.' }),
  ),
  created_after: moment('Created then or later'),
  created_before: moment('Created before'),
  ended_after: moment('Ended then or later'),
  ended_before: moment('Ended before'),
}

const contained =
  'JSON that the arguments contain: {"customer": 7} for one that has this field, or an array for several.'

export const listQuery = Type.Object({
  state: Type.Optional(Type.String({ description: 'One state, or several with commas between.' })),
  ...narrowing,
  args: Type.Optional(Type.String({ description: contained })),
  before: Type.Optional(Type.String({ description: '`next` of another page: older jobs.' })),
  after: Type.Optional(Type.String({ description: '`previous` of another page: newer jobs.' })),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
  count: Type.Boolean({ default: false, description: 'Also count what matches, up to 10,000.' }),
})

export const jobListBody = Type.Object({
  jobs: Type.Array(jobSummaryBody),
  next: orNull(
    Type.String({ description: 'A page may be short, or empty, and have one: looks are bounded.' }),
  ),
  previous: orNull(Type.String()),
  count: Type.Optional(Type.Integer()),
  more: Type.Optional(Type.Boolean({ description: 'There are, or may be, more than `count`.' })),
})

export const bulkQuery = Type.Object(
  {
    action: Type.Union([Type.Literal('retry'), Type.Literal('cancel')]),
    filter: Type.Object(
      {
        all: Type.Optional(Type.Literal(true, { description: 'Every job; instead of all other fields.' })),
        state: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
        ...narrowing,
        args: Type.Optional(Type.Unsafe<Json>({ description: contained })),
      },
      { additionalProperties: false },
    ),
    dry_run: Type.Boolean({ default: false, description: 'Only count what matches, up to 10,000.' }),
  },
  { additionalProperties: false },
)

export const bulkBody = Type.Object({
  action: Type.String(),
  dry_run: Type.Boolean(),
  matched: Type.Integer(),
  more: Type.Boolean({ description: 'Of a dry run: there are, or may be, more than `matched`.' }),
  done: Type.Integer({ description: 'Retried, or canceled at once.' }),
  canceling: Type.Integer({ description: 'They run, and were told to stop.' }),
  refused: Type.Array(Type.Object({ reason: Type.String(), count: Type.Integer() })),
})

export const queueInfoBody = Type.Object({
  name: Type.String(),
  length: Type.Integer(),
  more: Type.Optional(
    Type.Boolean({
      description: 'True where counting stopped: `length` is what was counted. Else left out.',
    }),
  ),
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
