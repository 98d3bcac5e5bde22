import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { settingsApi } from './api.ts'
import { settingsPages } from './pages.tsx'

/** What people set while the program runs. */
export const settingsPart: ConsolePart = {
  navigation: [
    { section: 'Office', label: 'Settings', href: '/settings', order: 90, needs: 'settings.read' },
  ],
}

export function settingsRoutes(app: HttpServer, context: Context): void {
  settingsApi(app, context)
  settingsPages(app, context)
}
