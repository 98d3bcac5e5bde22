import { emailOf } from '../accounts/email.ts'

/** Somebody, as a provider knows them. */
export interface Shown {
  /** `clerk`, or the issuer's address. */
  provider: string
  /** What the provider calls them. */
  subject: string
  /** Only one that the provider verified. */
  email: string | null
  name: string | null
}

/** The email as it is kept, if it is one that the provider verified. */
export function verifiedEmail(email: unknown, verified: unknown): string | null {
  if (typeof email !== 'string' || verified !== true) return null
  try {
    return emailOf(email)
  } catch {
    return null
  }
}

export const textOrNull = (claim: unknown): string | null =>
  typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : null
