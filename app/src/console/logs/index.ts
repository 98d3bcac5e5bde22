import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { logsApi } from './api.ts'
import { logFilesRoutes } from './files-routes.tsx'
import { logsPages } from './pages.tsx'
import { watchLog } from './watch.ts'

export const logsPart: ConsolePart = {
  navigation: [{ section: 'Behind it', label: 'Logs', href: '/logs', order: 50, needs: 'logs.read' }],
}

export function logsRoutes(app: HttpServer, context: Context): void {
  logsApi(app, context)
  logsPages(app, context)
  logFilesRoutes(app, context)
  watchLog(app, context)
}
