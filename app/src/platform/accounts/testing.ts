import type { Accounts } from './accounts.ts'
import type { Asker, Identify, Role } from './asker.ts'
import { isRole } from './roles.ts'

export interface ShownInTests {
  role?: Role | null
  via?: Asker['via']
  scopes?: Asker['scopes']
  session?: string
}

/** Somebody with a role; by a token unless it says otherwise, so that writes need no form token. */
export function askerFor({
  role = 'admin',
  via = 'token',
  scopes = 'all',
  session = 's-1',
}: ShownInTests): Asker {
  return {
    account: { id: `a-${role}`, name: `The ${role}`, email: null, role, service: via === 'key' },
    via,
    scopes,
    sessionId: via === 'session' ? session : null,
    keyId: via === 'key' ? 'k-1' : null,
  }
}

/** The header with which a test says who asks. */
export const as = (shown: ShownInTests) => ({ 'x-test-asker': JSON.stringify(shown) })
export const asNobody = { 'x-test-asker': 'nobody' }

/**
 * Believes the header above; without one, everybody is `other`, or is asked for what they show. Never to be given to a
 * program that people use.
 */
export function believe(other: Asker | Identify | null): Identify {
  return async ({ headers }) => {
    const text = headers['x-test-asker']
    if (text === undefined) return typeof other === 'function' ? other({ headers }) : other
    return text === 'nobody' ? null : askerFor(readShown(String(text)))
  }
}

/** Accounts that let who is believed stay connected: theirs is no account that could be looked up. */
export const keepingBelieved = (accounts: Accounts): Accounts => ({
  ...accounts,
  whileAllowed: (asker, end) =>
    asker.account.id.startsWith('a-') ? () => {} : accounts.whileAllowed(asker, end),
})

function readShown(text: string): ShownInTests {
  const { role, via, scopes, session } = JSON.parse(text)
  if (role !== undefined && role !== null && !isRole(role)) throw new Error(`There is no role "${role}".`)
  return { role, via, scopes, session }
}
