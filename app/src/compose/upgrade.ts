import { JobManager } from '@factotum/jobs'
import type { Config } from '../platform/config/index.ts'
import { upgradeApp } from '../platform/database/migrate.ts'
import { openDatabase } from '../platform/database/open.ts'
import { createLog } from '../platform/logging/index.ts'

/** Brings the tables of the engine and of the app up to this program; answers what was applied to the app's. */
export async function upgradeDatabase(config: Config): Promise<string[]> {
  const database = await openDatabase(config, createLog(config, 'db'))
  const jobs = new JobManager({ connectionString: database.url, migrate: false })
  try {
    await jobs.migrate()
    return await upgradeApp(database.url)
  } finally {
    await jobs.close()
    await database.close()
  }
}
