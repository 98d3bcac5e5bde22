import type { Context } from '../../platform/context.ts'
import { causeOf, guard, type HttpServer } from '../../platform/http/index.ts'
import { listed } from '../../platform/settings/listed.ts'
import { refusedBody } from '../jobs/schemas.ts'
import { settingsChange, settingsList, settingsSaved } from './schemas.ts'

const tags = ['settings']

/** The settings over HTTP, for programs. */
export function settingsApi(app: HttpServer, { settings }: Context): void {
  app.get(
    '/settings',
    {
      config: { guard: guard.may('settings.read') },
      schema: { tags, summary: 'All settings with their values', response: { 200: settingsList } },
    },
    async () => listed(await settings.latest()),
  )

  app.post(
    '/settings',
    {
      // A limit that was set too low has to be mended by who can't call any more.
      config: { guard: guard.may('settings.edit'), uncounted: true },
      schema: {
        tags,
        summary: 'Sets values: all of them, or none where one is wrong',
        body: settingsChange,
        response: { 200: settingsSaved, 422: refusedBody },
      },
    },
    async (request) => {
      const changes = request.body.map(({ config_name: configName, value }) => ({ configName, value }))
      const { createdBy: accountId, correlationId } = causeOf(request)
      await settings.change(changes, { accountId, correlationId })
      return { status: 'success' as const, redirect: '/settings' as const }
    },
  )
}
