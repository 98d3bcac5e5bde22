import type { Accounts } from '../../platform/accounts/accounts.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { keysApi } from './api.ts'
import { keysPages } from './pages.tsx'

export const keysPart: ConsolePart = {
  navigation: [{ section: 'Office', label: 'Keys', href: '/keys', order: 60, needs: 'keys.own' }],
}

export function keysRoutes(app: HttpServer, accounts: Accounts): void {
  keysApi(app, accounts)
  keysPages(app, accounts)
}
