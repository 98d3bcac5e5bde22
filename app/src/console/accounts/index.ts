import type { Accounts } from '../../platform/accounts/accounts.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import type { ConsolePart } from '../part.ts'
import { accountRoutes } from './account-routes.tsx'
import { linkRoutes } from './link-routes.tsx'
import { passkeyRoutes } from './passkey-routes.ts'
import { peopleApi } from './people-api.ts'
import { peopleRoutes } from './people-routes.tsx'
import { signInRoutes } from './sign-in-routes.tsx'

export const accountsPart: ConsolePart = {
  navigation: [{ section: 'Office', label: 'People', href: '/people', order: 50, needs: 'people.read' }],
}

export function accountsRoutes(app: HttpServer, accounts: Accounts): void {
  signInRoutes(app, accounts)
  linkRoutes(app, accounts)
  accountRoutes(app, accounts)
  passkeyRoutes(app, accounts)
  peopleApi(app, accounts)
  peopleRoutes(app, accounts)
}
