import type { JobManager, QueueFigures } from '@factotum/jobs'
import { Gauge, type Registry } from 'prom-client'
import { lookOnce } from './look-once.ts'

const states = ['scheduled', 'queued', 'started', 'deferred'] as const

/** Queues that have figures of their own, by name; the rest are added up as `other`. */
const mostQueues = 200

/**
 * Tells what waits and runs in all queues, over all processes: one bounded look for each scrape. While the database is
 * away these figures are left out, and `factotum_database_up` says so.
 */
export function measureQueues(jobs: JobManager, registry: Registry): void {
  const look = lookOnce(async () => bounded(await jobs.queues()))
  const gauge = (
    name: string,
    help: string,
    told: (queue: QueueFigures) => [Record<string, string>, number][],
  ) => {
    const labelNames = ['queue', 'state', 'outcome']
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const queues = await look()
        made.reset()
        for (const queue of queues ?? []) {
          for (const [labels, value] of told(queue)) made.set({ queue: queue.name, ...labels }, value)
        }
      },
    })
  }
  gauge('factotum_jobs', 'Jobs that wait or run, by queue and state; each counted up to 10,000.', (queue) =>
    states.map((state) => [{ state }, queue[state]]),
  )
  gauge('factotum_jobs_more', '1 where a count of factotum_jobs stopped at its bound.', ({ more }) => [
    [{}, more ? 1 : 0],
  ])
  gauge(
    'factotum_jobs_oldest_waiting_seconds',
    'How long the oldest due job of a queue has waited; 0 where none waits.',
    ({ oldestWaiting }) => [[{}, oldestWaiting ?? 0]],
  )
  gauge(
    'factotum_jobs_ended_per_minute',
    'Jobs of a queue that ended, on average over the last five minutes, by how.',
    ({ finishedPerMinute, failedPerMinute }) => [
      [{ outcome: 'finished' }, finishedPerMinute],
      [{ outcome: 'failed' }, failedPerMinute],
    ],
  )
  gauge('factotum_queue_paused', '1 where a queue is paused.', ({ paused }) => [[{}, paused ? 1 : 0]])
  const up: Gauge = new Gauge({
    name: 'factotum_database_up',
    help: '1 where the database answered this scrape.',
    registers: [registry],
    async collect() {
      up.set((await look()) === null ? 0 : 1)
    },
  })
}

function bounded(queues: QueueFigures[]): QueueFigures[] {
  if (queues.length <= mostQueues) return queues
  const own = queues.slice(0, mostQueues - 1)
  return [...own, queues.slice(mostQueues - 1).reduce(added)]
}

function added(sum: QueueFigures, queue: QueueFigures): QueueFigures {
  return {
    name: 'other',
    paused: sum.paused && queue.paused,
    limits: null,
    scheduled: sum.scheduled + queue.scheduled,
    queued: sum.queued + queue.queued,
    started: sum.started + queue.started,
    deferred: sum.deferred + queue.deferred,
    more: sum.more || queue.more,
    oldestWaiting: Math.max(sum.oldestWaiting ?? 0, queue.oldestWaiting ?? 0),
    finishedPerMinute: sum.finishedPerMinute + queue.finishedPerMinute,
    failedPerMinute: sum.failedPerMinute + queue.failedPerMinute,
  }
}
