import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { schedulesApi } from './api.ts'
import { schedulesPages } from './pages.tsx'

export const schedulesPart: ConsolePart = {
  navigation: [
    { section: 'Behind it', label: 'Schedules', href: '/schedules', order: 20, needs: 'schedules.read' },
  ],
}

export function schedulesRoutes(app: HttpServer, context: Context): void {
  schedulesApi(app, context)
  schedulesPages(app, context)
}
