import type { Asker, Identify } from '../platform/accounts/asker.ts'

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
export const everybodyMay: Identify = async () => whoeverIsHere
