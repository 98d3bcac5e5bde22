import { JobError } from '@factotum/jobs'
import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { bulkBodyOf, detailBody, queuedBody, statusBody, summaryBody } from './bodies.ts'
import { cursorOf, filterOf, filterOfBody, narrowingOf } from './filter.ts'
import { findJob } from './find-job.ts'
import {
  bulkBody,
  bulkQuery,
  canceledBody,
  idParams,
  jobDetailBody,
  jobListBody,
  jobStatusBody,
  listQuery,
  notFailedBody,
  queueInfoBody,
  refusedBody,
  retriedBody,
} from './schemas.ts'

const tags = ['jobs']
const limit = (maximum: number) => Type.Integer({ minimum: 1, maximum, default: 100 })

/** The jobs over HTTP, for programs. */
export function jobsApi(app: HttpServer, { jobs }: Context): void {
  app.get(
    '/jobs',
    {
      config: { guard: guard.may('jobs.read') },
      schema: {
        tags,
        summary: 'Jobs, newest first',
        querystring: listQuery,
        response: { 200: jobListBody, 422: refusedBody },
      },
    },
    async ({ query }) => {
      const filter = filterOf(narrowingOf(query))
      const [page, count] = await Promise.all([
        jobs.list(filter, { ...cursorOf(query), limit: query.limit }),
        query.count ? jobs.count(filter) : {},
      ])
      return { jobs: page.jobs.map(summaryBody), next: page.next, previous: page.previous, ...count }
    },
  )

  app.post(
    '/jobs/bulk',
    {
      config: { guard: guard.may('jobs.bulk') },
      schema: {
        tags,
        summary: 'Retries or cancels all jobs that match a filter',
        description:
          'Only failed jobs are retried, only unended ones canceled, in batches. It may be broken off and called again.',
        body: bulkQuery,
        response: { 200: bulkBody, 422: refusedBody },
      },
    },
    async ({ body: { action, filter, dry_run } }) => {
      const { all, ...narrowing } = filter
      const meant = all ? { ...filterOfBody(narrowing), all } : filterOfBody(narrowing)
      return bulkBodyOf(await jobs.bulk(action, meant, { dryRun: dry_run }))
    },
  )

  const queue = Type.Object({ queue: Type.String({ default: 'default', minLength: 1 }), limit: limit(1_000) })
  app.get(
    '/jobs/queue-info',
    {
      config: { guard: guard.may('jobs.read') },
      schema: {
        tags,
        summary: 'What waits in a queue',
        querystring: queue,
        response: { 200: queueInfoBody, 422: refusedBody },
      },
    },
    async ({ query }) => {
      const info = await jobs.queueInfo(query.queue, { limit: query.limit })
      return {
        name: info.name,
        length: info.length,
        ...(info.more ? { more: true } : {}),
        jobs: info.jobs.map(queuedBody),
      }
    },
  )

  app.get(
    '/jobs/:id',
    {
      config: { guard: guard.may('jobs.read') },
      schema: {
        tags,
        summary: 'A job with its attempts, log, steps, parents and children',
        params: idParams,
        response: { 200: jobDetailBody, 404: refusedBody },
      },
    },
    async ({ params }) => detailBody(await findJob(params.id, (id) => jobs.get(id))),
  )

  app.get(
    '/jobs/:id/status',
    {
      config: { guard: guard.may('jobs.read') },
      schema: {
        tags,
        summary: 'How far a job is',
        params: idParams,
        response: { 200: jobStatusBody, 404: refusedBody },
      },
    },
    async ({ params }) => statusBody(await findJob(params.id, (id) => jobs.status(id))),
  )

  app.post(
    '/jobs/:id/retry',
    {
      config: { guard: guard.may('jobs.retry') },
      schema: {
        tags,
        summary: 'Runs a failed job again, under its id',
        params: idParams,
        response: { 200: retriedBody, 404: refusedBody, 409: notFailedBody },
      },
    },
    async ({ params }, reply) =>
      findJob(params.id, async (id) => {
        try {
          await jobs.retry(id)
          return { status: 'retried' as const, job_id: id }
        } catch (error) {
          if (!(error instanceof JobError.Conflict)) throw error
          reply.code(409)
          return { status: 'error' as const, job_id: id, error: 'Job is not in failed state' as const }
        }
      }),
  )

  app.post(
    '/jobs/:id/cancel',
    {
      config: { guard: guard.may('jobs.cancel') },
      schema: {
        tags,
        summary: 'Cancels a job: at once while it waits, else by its signal',
        params: idParams,
        response: { 200: canceledBody, 404: refusedBody, 409: refusedBody },
      },
    },
    async ({ params }) => findJob(params.id, async (id) => ({ status: await jobs.cancel(id), job_id: id })),
  )
}
