import type { Logger } from 'pino'
import type { Asker } from '../accounts/asker.ts'
import { emailOrNull } from '../accounts/email.ts'
import type { Providers } from '../config/providers.ts'
import type { Database } from '../database/index.ts'
import { type Account, accountOf, type MeetParts, meet } from './meet.ts'
import type { Prove } from './proof.ts'

/** Who comes with a token of a sign-in provider; null for one that is no good, or whose account is deactivated. */
export type IdentifyByToken = (token: string) => Promise<Asker | null>

/** Where no provider is set up, tokens let nobody in. */
export function identifyByToken(
  { database, events, log }: MeetParts & { database: Database; log: Logger },
  { clerk, oidc }: Pick<Providers, 'clerk' | 'oidc'>,
): IdentifyByToken {
  if (!clerk && !oidc) return async () => null
  let made: Promise<Prove> | undefined
  return async (token) => {
    made ??= import('./prove.ts').then(({ prover }) => prover({ clerk, oidc }))
    const prove = await made
    const shown = await prove(token).catch((error: unknown) => {
      log.warn({ err: error }, 'a token could not be looked at')
      throw error
    })
    if (!shown) return null
    const known = await accountOf(database, shown)
    const account = known?.joinedAt ? known : await meet({ database, events }, shown, { came: true })
    return account && !account.deactivatedAt ? askerOf(account, shown.until) : null
  }
}

const askerOf = ({ id, name, email, role, service }: Account, until: Date): Asker => ({
  account: { id, name, email: emailOrNull(email), role, service },
  via: 'token',
  scopes: 'all',
  sessionId: null,
  keyId: null,
  until,
})
