import type { Context } from '../platform/context.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { COUNTED } from './queues/bound.ts'
import { tellQueues } from './queues/tell.ts'
import { whileHeard } from './while-heard.ts'

const EVERY = 2_000

/**
 * Tells the pages that the figures moved. Jobs that no page shows write no live events, so their coming and
 * going is seen by looking: only while a browser of this process listens to jobs, and it is told only when
 * something changed.
 */
export function beatFigures(app: HttpServer, context: Context): void {
  let last: string | null = null
  whileHeard(app, {
    topic: 'jobs',
    every: EVERY,
    async look() {
      try {
        const now = await fingerprint(context)
        if (last !== null && now !== last) await tellQueues(context)
        last = now
      } catch (error) {
        context.log.debug({ err: error }, 'the figures could not be looked at')
      }
    },
    left() {
      last = null
    },
  })
}

/** Differs when a job was made, began or ended, also when all of it happened between two looks. */
async function fingerprint({ jobs }: Context): Promise<string> {
  const [queues, workers, minutes] = await Promise.all([
    jobs.queues({ most: COUNTED }),
    jobs.workers(),
    jobs.throughput(2),
  ])
  // Wait and rates go on by themselves.
  const counts = queues.map(({ oldestWaiting, finishedPerMinute, failedPerMinute, ...numbers }) => numbers)
  const ended = minutes.filter(({ finished, failed }) => finished + failed > 0)
  const running = workers.map(({ id, jobs: held }) => [id, held.map((job) => job.id)])
  return JSON.stringify([counts, running, ended])
}
