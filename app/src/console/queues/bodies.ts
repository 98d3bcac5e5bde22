import type { QueueFigures, WorkerFigures } from '@factotum/jobs'

type Limits = NonNullable<QueueFigures['limits']>

/** `GET /queues/{name}` */
export const queueBodyOf = (queue: QueueFigures) => ({
  name: queue.name,
  paused: queue.paused,
  depth: {
    scheduled: queue.scheduled,
    deferred: queue.deferred,
    queued: queue.queued,
    started: queue.started,
  },
  more: queue.more,
  oldest_waiting: queue.oldestWaiting,
  rate: { finished_per_minute: queue.finishedPerMinute, failed_per_minute: queue.failedPerMinute },
  limits: queue.limits && {
    ...limitOf(queue.limits),
    per_key: queue.limits.perKey ? limitOf(queue.limits.perKey) : null,
  },
})

const limitOf = ({ running, starts }: Pick<Limits, 'running' | 'starts'>) => ({
  running: running ?? null,
  // The engine answers intervals in milliseconds.
  starts: starts ? { most: starts.most, per_ms: starts.per } : null,
})

/** A worker of `GET /workers`. */
export const workerBodyOf = ({ startedAt, jobs, ...worker }: WorkerFigures) => ({
  ...worker,
  started_at: startedAt.toISOString(),
  jobs: jobs.map(({ startedAt, ...job }) => ({ ...job, started_at: startedAt.toISOString() })),
})
