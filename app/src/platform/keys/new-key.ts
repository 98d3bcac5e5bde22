import { allScopes, isScope, type Scope } from '../accounts/permissions.ts'
import { errors } from '../errors/index.ts'
import type { Owner } from './owner.ts'

export interface NewKey {
  /** What it is for, 1 to 200 letters; also the name of an account that is made for it. */
  name: string
  /** `all`, features (`jobs`) and actions (`jobs.cancel`); of these, what its account may. */
  scopes: string[]
  owner: Owner
  /** Null: good until it is revoked. */
  expiresAt: Date | null
  /** Calls in an hour and in a day; null: what the settings say. */
  hourlyLimit?: number | null
  dailyLimit?: number | null
}

/** What was asked for, as it is stored. */
export interface CheckedKey {
  name: string
  scopes: Scope[]
  expiresAt: Date | null
  hourlyLimit: number | null
  dailyLimit: number | null
}

/** @throws HttpError invalid */
export function checkKey(given: NewKey, now: Date): CheckedKey {
  const { expiresAt } = given
  const name = given.name.trim()
  if (name === '' || name.length > 200 || name.includes('\0'))
    throw wrong('name', 'The name must have 1 to 200 letters.')
  if (expiresAt !== null && !(expiresAt > now && expiresAt < latest)) {
    throw wrong(
      'expires_at',
      'The expiry must lie in the future. Leave it out for a key that does not expire.',
    )
  }
  return {
    name,
    scopes: scopesOf(given.scopes),
    expiresAt,
    hourlyLimit: limitOf('hourly_limit', given.hourlyLimit),
    dailyLimit: limitOf('daily_limit', given.dailyLimit),
  }
}

const latest = new Date('9999-01-01')
/** PostgreSQL's largest integer. */
const most = 2_147_483_647

function scopesOf(given: string[]): Scope[] {
  const unknown = given.find((scope) => !isScope(scope))
  if (unknown !== undefined || given.length === 0) {
    const what =
      unknown === undefined ? 'A key needs a scope.' : `There is no scope "${unknown.slice(0, 80)}".`
    throw wrong('scopes', `${what} There are: ${allScopes.join(', ')}.`)
  }
  return allScopes.filter(isScope).filter((scope) => given.includes(scope))
}

function limitOf(field: 'hourly_limit' | 'daily_limit', limit: number | null = null): number | null {
  if (limit === null || (Number.isInteger(limit) && limit > 0 && limit <= most)) return limit
  throw wrong(field, `${field} must be a whole number from 1 to ${most}. Leave it out for the limit of all.`)
}

const wrong = (field: string, message: string) =>
  errors.fail('invalid', { reason: message }, { details: [{ field, message }] })
