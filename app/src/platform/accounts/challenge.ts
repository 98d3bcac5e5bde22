import type { Parts } from './parts.ts'
import { signedValue } from './session.ts'

/** Whose code is asked for: the account whose right password came before; null for nobody's. */
export async function challengedAccount(
  auth: Parts['auth'],
  cookies: string | undefined,
): Promise<string | null> {
  const { createAuthCookie, internalAdapter, secret } = await (await auth()).$context
  const challenge = signedValue(cookies, { name: createAuthCookie('two_factor').name, secret })
  if (challenge === null) return null
  return (await internalAdapter.findVerificationValue(challenge))?.value ?? null
}
