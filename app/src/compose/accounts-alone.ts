import { fileURLToPath } from 'node:url'
import { createEventLog } from '../eventlog/index.ts'
import { type Accounts, createAccounts } from '../platform/accounts/accounts.ts'
import { secretKey } from '../platform/accounts/secret-key.ts'
import type { Config } from '../platform/config/index.ts'
import { upgradeApp } from '../platform/database/migrate.ts'
import { openDatabase } from '../platform/database/open.ts'
import { createLog } from '../platform/logging/index.ts'
import { findAllEvents, registerEvents } from './discover-events.ts'
import { findRunning } from './running.ts'

const platform = fileURLToPath(new URL('../platform', import.meta.url))

/** Does something with the accounts beside whatever runs. Links lead to PUBLIC_URL, else to where this home's program runs. */
export async function withAccounts<T>(config: Config, work: (accounts: Accounts) => Promise<T>): Promise<T> {
  const log = createLog(config, 'accounts')
  const database = await openDatabase(config, log)
  try {
    await upgradeApp(database.url)
    const secret = await secretKey(config)
    const events = createEventLog({ pool: database.pool, secret, zone: () => 'UTC' })
    registerEvents(events.registry, await findAllEvents(platform))
    const accounts = await createAccounts({ config, database, events, log })
    const running = await findRunning(config.home)
    if (running) accounts.listensAt(running.url)
    return await work(accounts)
  } finally {
    await database.close()
  }
}
