import type { Asker } from './asker.ts'
import { type Role, roles, standsFor } from './roles.ts'

/**
 * Who may do what: feature, action, roles. What `admin` and `operator_manager` may by standing for others
 * (`roles.ts`) isn't repeated: an empty list is for administrators. `docs/reference/permissions.md` says the
 * same for people.
 */
export const permissions = {
  jobs: {
    read: ['operator', 'staff'],
    retry: ['operator'],
    cancel: ['operator'],
    /** Retrying or canceling all that match. */
    bulk: ['operator'],
  },
  queues: {
    read: ['operator', 'staff'],
    pause: ['operator'],
  },
  schedules: {
    read: ['operator', 'staff'],
    run: ['operator'],
    pause: ['operator'],
    edit: ['operator_manager'],
  },
  workers: {
    read: ['operator', 'staff'],
  },
  metrics: {
    /** What Prometheus asks. */
    read: ['operator'],
  },
  files: {
    read: ['operator', 'staff'],
    upload: ['operator', 'staff'],
    remove: ['operator', 'staff'],
  },
  events: {
    read: ['operator_manager'],
  },
  logs: {
    read: [],
    clear: [],
  },
  settings: {
    read: ['operator_manager'],
    edit: [],
  },
  people: {
    read: ['operator_manager'],
    edit: [],
  },
  keys: {
    /** One's own keys; everybody's are for administrators. */
    own: ['operator', 'specialist', 'staff'],
    all: [],
  },
} as const satisfies Record<string, Record<string, readonly Role[]>>

type Table = typeof permissions

export type Permission = {
  [Feature in keyof Table]: `${Feature}.${keyof Table[Feature] & string}`
}[keyof Table]

/** What a key may be made for: everything its account may, a feature, or one action. */
export type Scope = 'all' | keyof Table | Permission

/** The roles that the table names for a permission; undefined where it has no such row. */
function named(permission: string): readonly Role[] | undefined {
  const [feature = '', action = ''] = permission.split('.')
  const actions: Record<string, readonly Role[]> | undefined = Object.entries(permissions).find(
    ([name]) => name === feature,
  )?.[1]
  return actions && Object.hasOwn(actions, action) ? actions[action] : undefined
}

export const isPermission = (text: string): text is Permission => named(text) !== undefined

/** Every permission, in the table's order. */
export const allPermissions: Permission[] = Object.entries(permissions).flatMap(([feature, actions]) =>
  Object.keys(actions)
    .map((action) => `${feature}.${action}`)
    .filter(isPermission),
)

/** Every scope that a key can have: `all`, then each feature with its actions. */
export const allScopes: string[] = [
  'all',
  ...Object.keys(permissions).flatMap((feature) => [
    feature,
    ...allPermissions.filter((permission) => permission.startsWith(`${feature}.`)),
  ]),
]

export const isScope = (text: string): text is Scope => allScopes.includes(text)

/** The roles that have a permission, `admin` first. */
export const rolesWith = (permission: Permission): Role[] => roles.filter((role) => roleMay(role, permission))

export function roleMay(role: Role | null, permission: Permission): boolean {
  if (role === null) return false
  return role === 'admin' || (named(permission) ?? []).some((asked) => standsFor(role, asked))
}

/** True when a key's scopes reach a permission: by `all`, by its feature, or by itself. */
export function covers(scopes: Asker['scopes'], permission: Permission): boolean {
  if (scopes === 'all') return true
  const [feature = ''] = permission.split('.')
  return scopes.some((scope) => scope === 'all' || scope === feature || scope === permission)
}

/** True when the asker's account has the permission and, where it came with a key, the key's scopes reach it. */
export function may(asker: Asker | null, permission: Permission): boolean {
  return asker !== null && covers(asker.scopes, permission) && roleMay(asker.account.role, permission)
}
