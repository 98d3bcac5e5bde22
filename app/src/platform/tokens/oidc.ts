import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'
import type { Providers } from '../config/providers.ts'
import { claimsOf, goodUntil, type Prove } from './proof.ts'
import { textOrNull, verifiedEmail } from './shown.ts'

type Oidc = NonNullable<Providers['oidc']>

/** Milliseconds that an issuer has to say where its keys are. */
const patience = 5_000

/** Tokens of an OpenID Connect issuer; where its keys are, it says itself, once. */
export function oidcTokens({ issuer, audience }: Oidc): Prove {
  let found: Promise<JWTVerifyGetKey> | undefined
  const keys: JWTVerifyGetKey = async (header, token) => {
    found ??= discover(issuer).catch((error) => {
      // Not again for each request: who sends any text could make us ask.
      setTimeout(() => (found = undefined), patience).unref()
      throw error
    })
    return (await found)(header, token)
  }
  return async (token) => {
    const claims = await claimsOf(token, keys, { issuer, audience })
    if (!claims) return null
    const email = verifiedEmail(claims.email, claims.email_verified)
    return {
      provider: issuer,
      subject: claims.sub,
      email,
      name: textOrNull(claims.name),
      until: goodUntil(claims),
    }
  }
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(patience),
    redirect: 'error',
  })
  if (!answer.ok) throw new Error(`${issuer} answers ${answer.status} where it should describe itself.`)
  const { issuer: named, jwks_uri: keys }: { issuer?: unknown; jwks_uri?: unknown } = await answer.json()
  if (named !== issuer) throw new Error(`${issuer} says that it is ${named}.`)
  if (typeof keys !== 'string') throw new Error(`${issuer} does not say where its keys are.`)
  return createRemoteJWKSet(new URL(keys))
}
