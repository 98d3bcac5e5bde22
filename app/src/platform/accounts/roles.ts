/** What an account may be; `permissions.ts` says what each may do. */
export const roles = ['admin', 'operator', 'operator_manager', 'specialist', 'staff'] as const

export type Role = (typeof roles)[number]

export const isRole = (value: unknown): value is Role => roles.some((role) => role === value)

/** True when `role` may what `asked` may: `admin` stands for every role, `operator_manager` for `operator`. */
export function standsFor(role: Role, asked: Role): boolean {
  return role === asked || role === 'admin' || (role === 'operator_manager' && asked === 'operator')
}
