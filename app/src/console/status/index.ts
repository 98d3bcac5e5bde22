import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import { createStatus } from '../../platform/status/index.ts'
import type { ConsolePart } from '../part.ts'
import { statusApi } from './api.ts'
import { statusPages } from './pages.tsx'

/** How the program is, whatever else is wrong. */
export const statusPart: ConsolePart = {
  navigation: [{ section: 'Behind it', label: 'Status', href: '/status', order: 90 }],
}

export function statusRoutes(app: HttpServer, context: Context): void {
  const status = createStatus(context)
  statusApi(app, status)
  statusPages(app, context, status)
}
