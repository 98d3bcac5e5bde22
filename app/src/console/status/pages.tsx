import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { causeOf, guard, type HttpServer } from '../../platform/http/index.ts'
import { ownSettings } from '../../platform/settings/index.ts'
import { readBuild } from '../../platform/status/build.ts'
import type { Status } from '../../platform/status/index.ts'
import { forPages } from '../accept.ts'
import { sendPage } from '../page.tsx'
import { StatusPage } from './status-page.tsx'

/** The status for people. It is shown to whoever comes, also while nobody can be looked up. */
export function statusPages(app: HttpServer, { settings }: Context, status: Status): void {
  app.get(
    '/status',
    { ...forPages, config: { guard: guard.optional, uncounted: true }, logLevel: 'warn' },
    async (request, reply) => {
      const [health, build] = await Promise.all([status.health(), readBuild()])
      const maintenance = settings.get(ownSettings.maintenance)
      const body = <StatusPage health={health} build={build} maintenance={maintenance} />
      return sendPage(request, reply, { title: 'Status', active: '/status', topics: [], body })
    },
  )

  const body = Type.Object({ on: Type.Union([Type.Literal('true'), Type.Literal('false')]) })
  app.post(
    '/status/maintenance',
    { config: { guard: guard.may('settings.edit'), uncounted: true }, schema: { hide: true, body } },
    async (request, reply) => {
      const { createdBy: accountId, correlationId } = causeOf(request)
      const { configName } = ownSettings.maintenance
      await settings.change([{ configName, value: request.body.on }], { accountId, correlationId })
      return reply.redirect('/status', 303)
    },
  )
}
