import type { Asker } from '../accounts/asker.ts'
import { covers, type Permission, roleMay, rolesWith } from '../accounts/permissions.ts'
import { type Role, roles, standsFor } from '../accounts/roles.ts'

/** Who may come to a route; it stands in the route's options: `{ config: { guard: guard.may('jobs.cancel') } }`. */
export type Guard =
  | { kind: 'public' | 'optional' | 'signedIn' | 'session' }
  | { kind: 'role'; role: Role }
  | { kind: 'apiKey' | 'may'; permission: Permission }

export const guard = {
  /** For everybody; who asks isn't even looked at, and `request.asker` is null. */
  public: { kind: 'public' },
  /** For everybody; `request.asker` is there for those who show who they are. Never refuses. */
  optional: { kind: 'optional' },
  /** For every account, with a role or without one, by session, key or token. */
  signedIn: { kind: 'signedIn' },
  /** For a person at a browser: what a key must not reach, such as one's password. */
  session: { kind: 'session' },
  /** For accounts of this role, or of one that stands for it; a key needs the scope `all`. */
  role: (role: Role): Guard => ({ kind: 'role', role }),
  /** For programs: needs a key whose scopes and whose account reach the permission. */
  apiKey: (permission: Permission): Guard => ({ kind: 'apiKey', permission }),
  /** For accounts whose role has the permission; a key's scopes must reach it, too. */
  may: (permission: Permission): Guard => ({ kind: 'may', permission }),
} satisfies Record<string, Guard | ((...asked: never[]) => Guard)>

/** True for guards that let nobody's requests in; the API's description says `security: []` of these. */
export const isOpen = ({ kind }: Guard) => kind === 'public' || kind === 'optional'

export type Verdict = { status: 200 } | { status: 401 } | { status: 403; reason: string }

const pass: Verdict = { status: 200 }

/** Whether the guard lets the asker in; a refusal of somebody known says what they lack. */
export function judge(guard: Guard, asker: Asker | null): Verdict {
  if (isOpen(guard)) return pass
  if (!asker) return { status: 401 }
  const reason = whatLacks(guard, asker)
  return reason === null ? pass : { status: 403, reason }
}

function whatLacks(guard: Guard, asker: Asker): string | null {
  switch (guard.kind) {
    case 'session':
      return asker.via === 'session' ? null : 'It needs a person who signed in: a key or token is not enough.'
    case 'role':
      return lacksRole(guard.role, asker)
    case 'apiKey':
      return asker.via === 'key' ? lacksPermission(guard.permission, asker) : 'It needs an API key.'
    case 'may':
      return lacksPermission(guard.permission, asker)
    default:
      return null
  }
}

function lacksRole(role: Role, { account, scopes }: Asker): string | null {
  if (account.role === null || !standsFor(account.role, role)) {
    return `${ownRole(account.role)} It needs the role ${either(roles.filter((one) => standsFor(one, role)))}.`
  }
  return [scopes].flat().includes('all') ? null : lacksScope('all', scopes)
}

function lacksPermission(permission: Permission, { account, scopes }: Asker): string | null {
  if (!roleMay(account.role, permission)) {
    return `${ownRole(account.role)} ${permission} needs the role ${either(rolesWith(permission))}.`
  }
  return covers(scopes, permission) ? null : lacksScope(permission, scopes)
}

const lacksScope = (scope: string, scopes: Asker['scopes']) =>
  `This key is for ${[scopes].flat().join(', ') || 'nothing'}. It needs one with the scope ${scope}.`

const ownRole = (role: Role | null) =>
  role === null ? 'Your account has no role yet.' : `Your role is ${role}.`

const either = (names: string[]) => new Intl.ListFormat('en', { type: 'disjunction' }).format(names)
