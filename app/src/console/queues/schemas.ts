import { Type } from 'typebox'
import { orNull, time } from '../jobs/schemas.ts'

const starts = orNull(
  Type.Object({ most: Type.Integer(), per_ms: Type.Number() }, { description: 'In any such interval.' }),
)
const limit = { running: orNull(Type.Integer({ description: 'At a time.' })), starts }

export const queueBody = Type.Object({
  name: Type.String(),
  paused: Type.Boolean(),
  depth: Type.Object({
    scheduled: Type.Integer(),
    deferred: Type.Integer(),
    queued: Type.Integer(),
    started: Type.Integer(),
  }),
  more: Type.Boolean({ description: 'A count stopped at 10,000: there are, or may be, more.' }),
  oldest_waiting: orNull(Type.Number({ description: 'Seconds that the oldest due job has waited.' })),
  rate: Type.Object(
    { finished_per_minute: Type.Number(), failed_per_minute: Type.Number() },
    { description: 'On average over the last five minutes or a little more.' },
  ),
  limits: orNull(Type.Object({ ...limit, per_key: orNull(Type.Object(limit)) })),
})

export const queueListBody = Type.Object({ queues: Type.Array(queueBody) })

export const workerListBody = Type.Object({
  workers: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String({ description: 'Host and process id, unless the program named it.' }),
      queues: Type.Array(Type.String()),
      concurrency: Type.Integer(),
      started_at: time,
      running: Type.Integer(),
      jobs: Type.Array(
        Type.Object({ id: Type.String(), name: Type.String(), queue: Type.String(), started_at: time }),
        { description: 'What it runs, longest first: at most 100.' },
      ),
    }),
  ),
})

export const queueParams = Type.Object({ name: Type.String() })
