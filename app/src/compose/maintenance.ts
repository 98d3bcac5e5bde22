import { fileURLToPath } from 'node:url'
import { createEventLog } from '../eventlog/index.ts'
import { secretKey } from '../platform/accounts/secret-key.ts'
import type { Config } from '../platform/config/index.ts'
import { connect } from '../platform/database/index.ts'
import { upgradeApp } from '../platform/database/migrate.ts'
import { createLog } from '../platform/logging/index.ts'
import { createSettings } from '../platform/settings/create.ts'
import { ownSettings, SettingsInvalid } from '../platform/settings/index.ts'
import { beside } from './database-commands.ts'
import { findAllEvents, registerEvents } from './discover-events.ts'

const platform = fileURLToPath(new URL('../platform', import.meta.url))

/**
 * Begins or ends maintenance, beside whatever runs: in force everywhere within 2 s. False where it was so already.
 *
 * @throws Error with a sentence where the environment says otherwise
 */
export async function setMaintenance(config: Config, on: boolean): Promise<boolean> {
  const log = createLog(config, 'maintenance')
  return beside(config, async (url) => {
    await upgradeApp(url)
    const database = connect(url, { log })
    try {
      const events = createEventLog({
        pool: database.pool,
        secret: await secretKey(config),
        zone: () => 'UTC',
      })
      registerEvents(events.registry, await findAllEvents(platform))
      const settings = createSettings({ config, database, events, log })
      const change = { configName: ownSettings.maintenance.configName, value: on }
      return (await settings.change([change], { accountId: null })).length > 0
    } catch (error) {
      if (!(error instanceof SettingsInvalid)) throw error
      throw new Error(error.wrong.map(({ configName, reason }) => `${configName} ${reason}.`).join(' '), {
        cause: error,
      })
    } finally {
      await database.close()
    }
  })
}
