import { decodeJwt } from 'jose'
import type { Providers } from '../config/providers.ts'
import { clerkTokens } from './clerk.ts'
import { oidcTokens } from './oidc.ts'
import type { Prove } from './proof.ts'

/** Proves tokens of the providers that are set up. */
export function prover({ clerk, oidc }: Pick<Providers, 'clerk' | 'oidc'>): Prove {
  const byClerk = clerk && clerkTokens(clerk)
  const byOidc = oidc && oidcTokens(oidc)
  return async (token) => {
    // What it says of itself only chooses who has to prove it.
    const prove = byOidc && issuerOf(token) === oidc?.issuer ? byOidc : byClerk
    return prove ? prove(token) : null
  }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}
