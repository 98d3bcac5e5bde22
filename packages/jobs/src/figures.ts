import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import { limitsOf, type StoredLimits } from './limits.ts'
import { endedSince } from './sql/ended-since.ts'
import { queueFigures } from './sql/queue-figures.ts'
import { throughput } from './sql/throughput.ts'
import { workerFigures } from './sql/worker-figures.ts'
import type { MinuteFigures, QueueFigures, WorkerFigures } from './types.ts'

/** PostgreSQL's counts are bigints, which the driver answers as text. */
type Counts<Name extends string> = Record<Name, string>

export async function figuresOfQueues(database: Database): Promise<QueueFigures[]> {
  const rows = await database.query<
    { name: string; paused: boolean; limits: StoredLimits | null; oldest_waiting: number | null } & Counts<
      'scheduled' | 'queued' | 'started' | 'deferred'
    >
  >(queueFigures(database.schema))
  return rows.map(({ name, paused, limits, oldest_waiting, scheduled, queued, started, deferred }) => ({
    name,
    paused,
    limits: limits && limitsOf(limits),
    scheduled: Number(scheduled),
    queued: Number(queued),
    started: Number(started),
    deferred: Number(deferred),
    oldestWaiting: oldest_waiting === null ? null : Math.max(oldest_waiting, 0),
  }))
}

export async function figuresOfWorkers(database: Database): Promise<WorkerFigures[]> {
  const rows = await database.query<
    { id: number; name: string; queues: string[]; concurrency: number; started_at: Date } & Counts<'running'>
  >(workerFigures(database.schema))
  return rows.map(({ id, name, queues, concurrency, started_at, running }) => ({
    id,
    name,
    queues,
    concurrency,
    startedAt: started_at,
    running: Number(running),
  }))
}

export async function figuresOfMinutes(database: Database, minutes: number): Promise<MinuteFigures[]> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 57_600) {
    throw new JobError.Invalid(
      `The minutes must be a whole number from 1 to 57,600 (40 days); they are ${String(minutes)}.`,
    )
  }
  const rows = await database.query<{ minute: Date } & Counts<'finished' | 'failed'>>(
    throughput(database.schema),
    [minutes],
  )
  return rows.map(({ minute, finished, failed }) => ({
    minute,
    finished: Number(finished),
    failed: Number(failed),
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
