import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { queuesApi } from './api.ts'
import { queuesPages } from './pages.tsx'

/** Where jobs wait, and who runs them. */
export const queuesPart: ConsolePart = {
  navigation: [
    { section: 'Behind it', label: 'Queues', href: '/queues', order: 30, needs: 'queues.read' },
    { section: 'Behind it', label: 'Workers', href: '/workers', order: 40, needs: 'workers.read' },
  ],
}

export function queuesRoutes(app: HttpServer, context: Context): void {
  queuesApi(app, context)
  queuesPages(app, context)
}
