import { createEventLog } from '../eventlog/index.ts'
import { createAccounts } from '../platform/accounts/accounts.ts'
import { accountEvents } from '../platform/accounts/events.ts'
import { secretKey } from '../platform/accounts/secret-key.ts'
import type { Config } from '../platform/config/index.ts'
import { upgradeApp } from '../platform/database/migrate.ts'
import { openDatabase } from '../platform/database/open.ts'
import { createLog } from '../platform/logging/index.ts'
import { findRunning } from './running.ts'

/**
 * A link that signs the person with this email in: at PUBLIC_URL, else where the program of this home runs.
 *
 * @throws HttpError account_not_found, account_deactivated
 */
export async function makeSignInLink(config: Config, email: string): Promise<string> {
  const log = createLog(config, 'accounts')
  const database = await openDatabase(config, log)
  try {
    await upgradeApp(database.url)
    const secret = await secretKey(config)
    // No event of these asks for the day.
    const events = createEventLog({ pool: database.pool, secret, zone: () => 'UTC' })
    events.registry.register('events.ts', [accountEvents])
    const accounts = await createAccounts({ config, database, events, log })
    const running = await findRunning(config.home)
    if (running) accounts.listensAt(running.url)
    return await accounts.signInLink(email)
  } finally {
    await database.close()
  }
}
