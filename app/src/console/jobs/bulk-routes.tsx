import type { Context } from '../../platform/context.ts'
import { errors } from '../../platform/errors/index.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { sendPage } from '../page.tsx'
import type { Action } from './bulk-actions.ts'
import { BulkQuestion, BulkResult } from './bulk-page.tsx'
import { bulkFilterOf, narrowingOf } from './filter.ts'

const titles = { retry: 'Retry jobs', cancel: 'Cancel jobs' }

/** Retry or cancel for all that a list shows: a page that asks, and its answer. */
export function bulkRoutes(app: HttpServer, { jobs }: Context): void {
  app.get(
    '/jobs/bulk',
    { config: { guard: guard.may('jobs.bulk') }, schema: { hide: true } },
    async (request, reply) => {
      const action = actionOf(request.query)
      const narrowing = narrowingOf(request.query)
      const answer = await jobs.bulk(action, bulkFilterOf(narrowing), { dryRun: true })
      const body = <BulkQuestion action={action} narrowing={narrowing} answer={answer} />
      return sendPage(request, reply, { title: titles[action], active: '/jobs', topics: ['jobs'], body })
    },
  )

  app.post(
    '/jobs/bulk',
    { ...forPages, config: { guard: guard.may('jobs.bulk') } },
    async (request, reply) => {
      const action = actionOf(request.body)
      const narrowing = narrowingOf(request.body)
      const answer = await jobs.bulk(action, bulkFilterOf(narrowing))
      const body = <BulkResult action={action} narrowing={narrowing} answer={answer} />
      return sendPage(request, reply, { title: titles[action], active: '/jobs', topics: ['jobs'], body })
    },
  )
}

function actionOf(fields: unknown): Action {
  const action = typeof fields === 'object' && fields !== null && 'action' in fields ? fields.action : null
  if (action === 'retry' || action === 'cancel') return action
  throw errors.fail('invalid', { reason: 'The action must be "retry" or "cancel".' })
}
