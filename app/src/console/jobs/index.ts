import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { jobsApi } from './api.ts'
import { bulkRoutes } from './bulk-routes.tsx'
import { jobsPages } from './pages.tsx'

export const jobsPart: ConsolePart = {
  navigation: [{ section: 'Behind it', label: 'Jobs', href: '/jobs', order: 10, needs: 'jobs.read' }],
}

export function jobsRoutes(app: HttpServer, context: Context): void {
  jobsApi(app, context)
  jobsPages(app, context)
  bulkRoutes(app, context)
}
