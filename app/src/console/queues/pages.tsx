import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { elementId } from '../element-id.ts'
import { sendFragment, sendPage } from '../page.tsx'
import { COUNTED } from './bound.ts'
import { findQueue } from './find-queue.ts'
import { QueueList } from './queue-list.tsx'
import { queueParams } from './schemas.ts'
import { tellQueues } from './tell.ts'
import { WorkerList } from './worker-list.tsx'

const topics = ['jobs' as const]

/** The queues and workers for people. */
export function queuesPages(app: HttpServer, context: Context): void {
  const { jobs } = context
  const one = { ...forPages, schema: { params: queueParams, hide: true } }

  app.get<{ Querystring: { only?: string } }>(
    '/queues',
    { ...forPages, config: { guard: guard.may('queues.read') } },
    async (request, reply) => {
      const body = <QueueList queues={await jobs.queues({ most: COUNTED })} />
      if (request.query.only === 'list') return sendFragment(reply, body)
      return sendPage(request, reply, { title: 'Queues', active: '/queues', topics, body })
    },
  )

  app.get(
    '/queues/:name',
    { ...one, config: { guard: guard.may('queues.read') } },
    async ({ params }, reply) => {
      const { name } = await findQueue(jobs, params.name)
      return reply.redirect(`/queues#${elementId('queue', name)}`, 303)
    },
  )

  for (const verb of ['pause', 'resume'] as const)
    app.post(
      `/queues/:name/${verb}`,
      { ...one, config: { guard: guard.may('queues.pause') } },
      async (request, reply) => {
        const { name } = await findQueue(jobs, request.params.name)
        await jobs[verb](name)
        await tellQueues(context)
        if (request.headers['hx-request'] !== 'true') return reply.redirect('/queues', 303)
        return sendFragment(reply, <QueueList queues={await jobs.queues({ most: COUNTED })} />)
      },
    )

  app.get<{ Querystring: { only?: string } }>(
    '/workers',
    { ...forPages, config: { guard: guard.may('workers.read') } },
    async (request, reply) => {
      const body = <WorkerList workers={await jobs.workers()} />
      if (request.query.only === 'list') return sendFragment(reply, body)
      return sendPage(request, reply, { title: 'Workers', active: '/workers', topics, body })
    },
  )
}
