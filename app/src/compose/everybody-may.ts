import type { Asker, Identify } from '../platform/accounts/asker.ts'
import type { Context } from '../platform/context.ts'

const whoeverIsHere: Asker = {
  account: { id: 'local', name: 'Whoever is at this machine', email: null, role: 'admin', service: false },
  via: 'token',
  scopes: 'all',
  sessionId: null,
  keyId: null,
}

/**
 * Everybody is an administrator: what stands in until people can sign in. The server listens on this machine
 * only (decision 4), so who reaches it could as well read its database.
 */
const everybodyMay: Identify = async () => whoeverIsHere

/** Whoever signed in is who they are; everybody else is let in, too, as long as nothing else is asked for. */
export const sessionOrEverybody =
  ({ accounts }: Pick<Context, 'accounts'>): Identify =>
  async (request) =>
    (await accounts.identify(request)) ?? everybodyMay(request)
