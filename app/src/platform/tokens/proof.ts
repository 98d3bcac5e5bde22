import { type JWTPayload, type JWTVerifyGetKey, errors as jose, jwtVerify } from 'jose'
import { errors } from '../errors/index.ts'
import type { Shown } from './shown.ts'

/** What a token shows. */
export interface Proved extends Shown {
  /** From then on the same token is no good. */
  until: Date
}

/** Proves a token; null for one that is no good. @throws HttpError unavailable, where its keys can't be fetched */
export type Prove = (token: string) => Promise<Proved | null>

/** How far clocks may differ: seconds. */
const skew = 60

/** Signatures with a key of two halves: who has what proves a token can't make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

export interface Demands {
  issuer?: string
  audience?: string
}

export type Claims = JWTPayload & { sub: string; exp: number }

/**
 * What a token says, if its signature and times are right and it is what is demanded; else null.
 *
 * @throws HttpError unavailable
 */
export async function claimsOf(
  token: string,
  key: JWTVerifyGetKey,
  demands: Demands,
): Promise<Claims | null> {
  try {
    const options = { algorithms, clockTolerance: skew, requiredClaims: ['exp', 'sub'], ...demands }
    const { payload } = await jwtVerify(token, key, options)
    const { sub, exp, iat = 0 } = payload
    if (typeof sub !== 'string' || sub === '' || exp === undefined) return null
    return iat > Date.now() / 1_000 + skew ? null : { ...payload, sub, exp }
  } catch (error) {
    if (error instanceof jose.JOSEError && wrong.has(error.code)) return null
    const reason = "The sign-in provider's keys can't be fetched. Try again in a moment."
    throw Object.assign(errors.fail('unavailable', { reason }), { cause: error })
  }
}

/** Codes of tokens that are no good; all others are about fetching keys. */
const wrong = new Set([
  'ERR_JWT_EXPIRED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
])

export const goodUntil = ({ exp }: Claims): Date => new Date((exp + skew) * 1_000)
