import { type Variable, variables } from './variables.ts'

/** Who else signs people in: tokens of these are taken where a session or a key would be. */
export interface Providers {
  clerk: {
    /** Its public key, as PEM; or the address of its keys. */
    key: { pem: string } | { jwksUrl: string }
    /** Origins whose tokens are taken. */
    authorizedParties: readonly string[]
  } | null
  clerkWebhookSecret: string | null
  /** Any issuer of OpenID Connect. */
  oidc: { issuer: string; audience: string } | null
}

/** Reads what concerns them; `wrong` gets what doesn't go together. */
export function readProviders(
  read: <T>(name: string, variable: Variable<T>) => T,
  publicUrl: string | null,
  wrong: string[],
): Providers {
  const pem = read<string | null>('CLERK_JWT_KEY', variables.CLERK_JWT_KEY)
  const jwksUrl = read<string | null>('CLERK_JWKS_URL', variables.CLERK_JWKS_URL)
  const parties = read<readonly string[]>('CLERK_AUTHORIZED_PARTIES', variables.CLERK_AUTHORIZED_PARTIES)
  const issuer = read<string | null>('OIDC_ISSUER', variables.OIDC_ISSUER)
  const audience = read<string | null>('OIDC_AUDIENCE', variables.OIDC_AUDIENCE)
  const authorizedParties = parties.length > 0 || publicUrl === null ? parties : [publicUrl]
  if (pem !== null && jwksUrl !== null)
    wrong.push('CLERK_JWT_KEY and CLERK_JWKS_URL are both set: take one of them away.')
  if ((pem !== null || jwksUrl !== null) && authorizedParties.length === 0)
    wrong.push(
      'CLERK_AUTHORIZED_PARTIES is missing: name the origins whose tokens are taken, or set PUBLIC_URL.',
    )
  if ((issuer === null) !== (audience === null))
    wrong.push('OIDC_ISSUER and OIDC_AUDIENCE belong together: set the other one, too.')
  const key = pem !== null ? { pem } : jwksUrl !== null ? { jwksUrl } : null
  return {
    clerk: key && { key, authorizedParties },
    clerkWebhookSecret: read<string | null>('CLERK_WEBHOOK_SECRET', variables.CLERK_WEBHOOK_SECRET),
    oidc: issuer !== null && audience !== null ? { issuer, audience } : null,
  }
}
