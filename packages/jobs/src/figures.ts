import type pg from 'pg'
import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import type { MinuteFigures, QueueFigures, WorkerFigures } from './figure-shapes.ts'
import { limitsOf, type StoredLimits } from './limits.ts'
import { looking } from './looking.ts'
import { endedSince } from './sql/ended-since.ts'
import { queueFigures } from './sql/queue-figures.ts'
import { throughput } from './sql/throughput.ts'
import { workerFigures } from './sql/worker-figures.ts'

/** PostgreSQL's counts are bigints, which the driver answers as text. */
type Counts<Name extends string> = Record<Name, string>

interface QueueRow extends Counts<'scheduled' | 'queued' | 'started' | 'deferred'> {
  name: string
  paused: boolean
  limits: StoredLimits | null
  oldest_waiting: number | null
  more: boolean
  finished_per_minute: number
  failed_per_minute: number
}

/** Jobs that are named of each worker. */
const jobsNamed = 100

/** @param name One queue; null for all. */
export async function figuresOfQueues(
  database: Database,
  most: number,
  name: string | null = null,
): Promise<QueueFigures[]> {
  if (!Number.isInteger(most) || most < 1 || most > 1_000_000) {
    throw new JobError.Invalid(
      `The option "most" of the queues' figures must be a whole number from 1 to 1,000,000; it is ${String(most)}.`,
    )
  }
  return looking(database, (client) => readQueues(client, database.schema, most, name))
}

/** Within a look. @param name One queue; null for all. */
export async function readQueues(
  client: pg.ClientBase,
  schema: string,
  most: number,
  name: string | null,
): Promise<QueueFigures[]> {
  const { rows } = await client.query<QueueRow>(queueFigures(schema), [most, name])
  return rows.map((row) => ({
    name: row.name,
    paused: row.paused,
    limits: row.limits && limitsOf(row.limits),
    scheduled: Number(row.scheduled),
    queued: Number(row.queued),
    started: Number(row.started),
    deferred: Number(row.deferred),
    more: row.more,
    oldestWaiting: row.oldest_waiting === null ? null : Math.max(row.oldest_waiting, 0),
    finishedPerMinute: row.finished_per_minute,
    failedPerMinute: row.failed_per_minute,
  }))
}

interface WorkerRow extends Counts<'running'> {
  id: number
  name: string
  queues: string[]
  concurrency: number
  started_at: Date
  jobs: { id: string; name: string; queue: string; startedAt: string }[]
}

export async function figuresOfWorkers(database: Database): Promise<WorkerFigures[]> {
  const rows = await database.query<WorkerRow>(workerFigures(database.schema), [jobsNamed])
  return rows.map(({ id, name, queues, concurrency, started_at, running, jobs }) => ({
    id,
    name,
    queues,
    concurrency,
    startedAt: started_at,
    running: Number(running),
    jobs: jobs.map((job) => ({ ...job, startedAt: new Date(job.startedAt) })),
  }))
}

interface MinuteRow extends Counts<'finished' | 'failed'> {
  minute: Date
  p50: number | null
  p95: number | null
}

export async function figuresOfMinutes(database: Database, minutes: number): Promise<MinuteFigures[]> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 57_600) {
    throw new JobError.Invalid(
      `The minutes must be a whole number from 1 to 57,600 (40 days); they are ${String(minutes)}.`,
    )
  }
  const rows = await database.query<MinuteRow>(throughput(database.schema), [minutes])
  return rows.map(({ minute, finished, failed, p50, p95 }) => ({
    minute,
    finished: Number(finished),
    failed: Number(failed),
    wait: p50 === null || p95 === null ? null : { p50, p95 },
  }))
}

export async function countEnded(
  database: Database,
  since: Date,
): Promise<{ finished: number; failed: number; canceled: number }> {
  const [row] = await database.query<Counts<'finished' | 'failed' | 'canceled'>>(
    endedSince(database.schema),
    [since],
  )
  return {
    finished: Number(row?.finished ?? 0),
    failed: Number(row?.failed ?? 0),
    canceled: Number(row?.canceled ?? 0),
  }
}
