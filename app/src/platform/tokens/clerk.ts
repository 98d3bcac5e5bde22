import { createRemoteJWKSet, importSPKI, type JWTVerifyGetKey } from 'jose'
import type { Providers } from '../config/providers.ts'
import { claimsOf, goodUntil, type Prove } from './proof.ts'
import { textOrNull, verifiedEmail } from './shown.ts'

type Clerk = NonNullable<Providers['clerk']>

/** Session tokens of Clerk: https://clerk.com/docs/guides/sessions/session-tokens. */
export function clerkTokens({ key, authorizedParties }: Clerk): Prove {
  const keys = keysOf(key)
  const issuer = 'jwksUrl' in key ? issuerOf(key.jwksUrl) : undefined
  return async (token) => {
    const claims = await claimsOf(token, keys, issuer === undefined ? {} : { issuer })
    if (!claims) return null
    // A token that another site was given must not be taken here; one that waits for a step is no sign-in yet.
    if (typeof claims.azp !== 'string' || !authorizedParties.includes(claims.azp)) return null
    if (claims.sts === 'pending') return null
    const email = verifiedEmail(claims.email, claims.email_verified)
    return {
      provider: 'clerk',
      subject: claims.sub,
      email,
      name: textOrNull(claims.name),
      until: goodUntil(claims),
    }
  }
}

function keysOf(key: Clerk['key']): JWTVerifyGetKey {
  if ('jwksUrl' in key) return createRemoteJWKSet(new URL(key.jwksUrl))
  const imported = importSPKI(key.pem, 'RS256')
  return () => imported
}

const issuerOf = (jwksUrl: string): string | undefined =>
  /^(.*)\/\.well-known\/jwks\.json$/.exec(jwksUrl)?.[1]
