import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { refusedBody } from '../jobs/schemas.ts'
import { queueBodyOf, workerBodyOf } from './bodies.ts'
import { COUNTED } from './bound.ts'
import { findQueue } from './find-queue.ts'
import { queueBody, queueListBody, queueParams, workerListBody } from './schemas.ts'
import { tellQueues } from './tell.ts'

const tags = ['queues']

/** The queues and workers over HTTP, for programs. */
export function queuesApi(app: HttpServer, context: Context): void {
  const { jobs } = context
  const one = { tags, params: queueParams, response: { 200: queueBody, 404: refusedBody } }

  app.get(
    '/queues',
    {
      config: { guard: guard.may('queues.read') },
      schema: { tags, summary: 'Every queue that ever had a job', response: { 200: queueListBody } },
    },
    async () => ({ queues: (await jobs.queues({ most: COUNTED })).map(queueBodyOf) }),
  )

  app.get(
    '/queues/:name',
    {
      config: { guard: guard.may('queues.read') },
      schema: { ...one, summary: 'A queue with its depth, its rate and its limits' },
    },
    async ({ params }) => queueBodyOf(await findQueue(jobs, params.name)),
  )

  const verbs = {
    pause: 'No job of the queue starts until it is resumed; those that run go on',
    resume: 'Lets the jobs of a paused queue start again',
  }
  for (const verb of ['pause', 'resume'] as const)
    app.post(
      `/queues/:name/${verb}`,
      { config: { guard: guard.may('queues.pause') }, schema: { ...one, summary: verbs[verb] } },
      async ({ params: { name } }) => {
        await findQueue(jobs, name)
        await jobs[verb](name)
        await tellQueues(context)
        return queueBodyOf(await findQueue(jobs, name))
      },
    )

  app.get(
    '/workers',
    {
      config: { guard: guard.may('workers.read') },
      schema: {
        tags: ['workers'],
        summary: 'The workers that are alive, since when, and what each runs',
        response: { 200: workerListBody },
      },
    },
    async () => ({ workers: (await jobs.workers()).map(workerBodyOf) }),
  )
}
