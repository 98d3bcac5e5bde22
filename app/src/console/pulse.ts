import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from '../platform/context.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { COUNTED } from './queues/bound.ts'
import { tellQueues } from './queues/tell.ts'

const EVERY = 2_000

/**
 * Tells the pages that the figures moved. Jobs that no page shows write no live events, so their coming and
 * going is seen by looking: only while a browser of this process listens to jobs, and it is told only when
 * something changed.
 */
export function beatFigures(app: HttpServer, context: Context): void {
  let listeners = 0
  let beating = false
  let timer: NodeJS.Timeout | undefined
  let last: string | null = null

  async function beat(): Promise<void> {
    if (listeners === 0) {
      beating = false
      last = null
      return
    }
    try {
      const now = await fingerprint(context)
      if (last !== null && now !== last) await tellQueues(context)
      last = now
    } catch (error) {
      context.log.debug({ err: error }, 'the figures could not be looked at')
    }
    timer = setTimeout(beat, EVERY).unref()
  }

  // By the server's own event, so that it doesn't matter who serves the stream, and from when on.
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!listensToJobs(request.url)) return
    listeners++
    response.once('close', () => {
      listeners--
    })
    if (beating) return
    beating = true
    void beat()
  })
  app.addHook('onClose', async () => clearTimeout(timer))
}

function listensToJobs(url = ''): boolean {
  const { pathname, searchParams } = new URL(url, 'http://local.invalid')
  if (!/^\/live\/events\/?$/.test(pathname)) return false
  const topics = searchParams.get('topics')
  return topics === null || topics.split(',').includes('jobs')
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
