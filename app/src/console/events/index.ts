import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { eventsApi } from './api.ts'
import { eventsPages } from './pages.tsx'

export const eventsPart: ConsolePart = {
  navigation: [{ section: 'Office', label: 'Events', href: '/events', order: 10, needs: 'events.read' }],
}

export function eventsRoutes(app: HttpServer, context: Context): void {
  eventsApi(app, context)
  eventsPages(app, context)
}
