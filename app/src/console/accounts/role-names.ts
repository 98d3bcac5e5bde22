import type { Role } from '../../platform/accounts/roles.ts'

/** Roles as people read them. */
export const roleNames: Record<Role, string> = {
  admin: 'Administrator',
  operator: 'Operator',
  operator_manager: 'Operator manager',
  specialist: 'Specialist',
  staff: 'Staff',
}
