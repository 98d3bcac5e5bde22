import type { Context } from '../platform/context.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { setErrorPage } from '../platform/http/index.ts'
import { pickByAccept } from './accept.ts'
import { accountsPart, accountsRoutes } from './accounts/index.ts'
import { serveAssets } from './asset-routes.ts'
import { loadAssets } from './assets.ts'
import { type Console, createConsole } from './console.ts'
import { errorPage } from './error-page.tsx'
import { eventsPart, eventsRoutes } from './events/index.ts'
import { jobsPart, jobsRoutes } from './jobs/index.ts'
import { keysPart, keysRoutes } from './keys/index.ts'
import { themeRoute } from './layout/theme-route.ts'
import { logsPart, logsRoutes } from './logs/index.ts'
import { overviewPart, overviewRoutes } from './overview/index.ts'
import { notePageCursors } from './page-cursor.ts'
import type { ConsolePart } from './part.ts'
import { beatFigures } from './pulse.ts'
import { queuesPart, queuesRoutes } from './queues/index.ts'
import { schedulesPart, schedulesRoutes } from './schedules/index.ts'
import { settingsPart, settingsRoutes } from './settings/index.ts'
import { statusPart, statusRoutes } from './status/index.ts'

export { forPages } from './accept.ts'
export { type Page, type PageRequest, render, renderPage, sendFragment, sendPage } from './page.tsx'
export type { ConsolePart, FeatureAssets, NavigationEntry, OverviewPanel, Section } from './part.ts'
export { anyone, personOf } from './person.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The pages' frame, for `sendPage`. */
    console: Console
  }
}

/**
 * Adds the console to a server, before the features' routes: its pages, the jobs' calls, the assets and the
 * way in which browsers see errors.
 *
 * @param parts what the features add
 */
export async function installConsole(app: HttpServer, context: Context, parts: ConsolePart[]): Promise<void> {
  const all = [
    overviewPart,
    jobsPart,
    schedulesPart,
    queuesPart,
    logsPart,
    eventsPart,
    accountsPart,
    keysPart,
    settingsPart,
    statusPart,
    ...parts,
  ]
  const assets = await loadAssets(all.flatMap((part) => part.assets ?? []))
  app.decorate('console', createConsole(context, all, assets))
  setErrorPage(app, errorPage)
  pickByAccept(app)
  notePageCursors(app, context)
  serveAssets(app, assets)
  themeRoute(app)
  accountsRoutes(app, context.accounts)
  keysRoutes(app, context.accounts)
  overviewRoutes(app, context)
  jobsRoutes(app, context)
  schedulesRoutes(app, context)
  queuesRoutes(app, context)
  logsRoutes(app, context)
  eventsRoutes(app, context)
  settingsRoutes(app, context)
  statusRoutes(app, context)
  beatFigures(app, context)
}
