import { join } from 'node:path'
import { JobManager } from '@factotum/jobs'
import type { Logger } from 'pino'
import { createEventLog } from '../eventlog/index.ts'
import { createLive } from '../live/index.ts'
import { createAccounts } from '../platform/accounts/accounts.ts'
import { secretKey } from '../platform/accounts/secret-key.ts'
import { createCache } from '../platform/cache/create.ts'
import type { Config } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import { upgradeApp } from '../platform/database/migrate.ts'
import { openDatabase } from '../platform/database/open.ts'
import { createSettings } from '../platform/settings/create.ts'
import { ownSettings } from '../platform/settings/index.ts'
import { localStorage } from '../platform/storage/local.ts'
import { jobFeed } from './job-feed.ts'
import { logJobs } from './log-jobs.ts'
import type { Stops } from './stops.ts'

const hour = 3_600_000

/** Makes what every part of a process stands on, and joins jobs and live. */
export async function openContext(config: Config, log: Logger, stops: Stops): Promise<Context> {
  const storage = await localStorage(join(config.home, 'storage'))
  await sweep('the storage', async () => tidyStorage(storage, log), log, stops)

  const database = await openDatabase(config, log)
  stops.add('database', () => database.close())
  stops.stage()

  const zone = () => settings.get(ownSettings.timeZone)
  const jobs = new JobManager({
    connectionString: database.url,
    migrate: false,
    timeZone: zone,
  })
  logJobs(jobs, log)
  stops.add('jobs', () => jobs.close())
  await jobs.migrate()
  await upgradeApp(database.url)

  stops.stage()
  const live = createLive({ pool: database.pool, listenUrl: database.url, feeds: [jobFeed(jobs)], log })
  stops.add('live', () => live.stop())
  await live.start()
  const secret = await secretKey(config)
  const events = createEventLog({ pool: database.pool, secret, zone })
  const settings = createSettings({ config, database, events, log })
  const cache = createCache({ config, settings, secret, log })
  stops.add('cache', () => cache.close())
  const accounts = await createAccounts({ config, database, events, log })
  stops.add('the last events of accounts', () => accounts.settle())
  await sweep('the accounts', () => accounts.sweep(), log, stops)
  return { config, database, jobs, live, accounts, events, settings, storage, cache, log }
}

async function tidyStorage(storage: Pick<Storage, 'sweep'>, log: Logger): Promise<void> {
  const removed = await storage.sweep()
  if (removed.length > 0) log.info(`removed ${removed.length} unfinished file(s) of the storage`)
}

/** Clears away what nobody needs any more, now and every hour. */
async function sweep(what: string, once: () => Promise<void>, log: Logger, stops: Stops): Promise<void> {
  await once()
  const timer = setInterval(
    () => once().catch((error) => log.error({ err: error }, `${what} could not be swept`)),
    hour,
  )
  timer.unref()
  stops.add(what, async () => clearInterval(timer))
}
