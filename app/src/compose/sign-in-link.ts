import type { Config } from '../platform/config/index.ts'
import { withAccounts } from './accounts-alone.ts'

/**
 * A link that signs the person with this email in: at PUBLIC_URL, else where the program of this home runs.
 *
 * @throws HttpError account_not_found, account_deactivated
 */
export const makeSignInLink = (config: Config, email: string): Promise<string> =>
  withAccounts(config, (accounts) => accounts.signInLink(email))
