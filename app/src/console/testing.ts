import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobManager } from '@factotum/jobs'
import { pino } from 'pino'
import { createEventLog } from '../eventlog/index.ts'
import { createLive } from '../live/index.ts'
import { createAccounts } from '../platform/accounts/accounts.ts'
import type { Asker } from '../platform/accounts/asker.ts'
import { accountEvents, signInEvents } from '../platform/accounts/events.ts'
import { askerFor, believe } from '../platform/accounts/testing.ts'
import { createCache } from '../platform/cache/create.ts'
import { readConfig } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import { connect } from '../platform/database/index.ts'
import { appDatabase } from '../platform/database/testing.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { createHttp } from '../platform/http/server.ts'
import { keyEvents } from '../platform/keys/events.ts'
import { createSettings } from '../platform/settings/create.ts'
import { settingEvents } from '../platform/settings/events.ts'
import { localStorage } from '../platform/storage/local.ts'
import { installConsole } from './index.ts'
import type { ConsolePart } from './part.ts'

export interface TestConsole {
  app: HttpServer
  context: Context
  close(): Promise<void>
}

/**
 * The console on a server that does not listen, with a database of its own. Nothing sequences live events.
 *
 * @param asker who asks where a request doesn't say it (`as` of `platform/accounts/testing.ts`); `sessions`: who signed
 * in, as in the program
 */
export async function testConsole(
  parts: ConsolePart[] = [],
  asker: Asker | null | 'sessions' = askerFor({ role: 'admin' }),
): Promise<TestConsole> {
  const owned = await appDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'console-'))
  const log = pino({ level: 'silent' })
  const database = connect(owned.url)
  const jobs = new JobManager({ connectionString: owned.url, migrate: false })
  const live = createLive({ pool: database.pool, listenUrl: owned.url, log })
  const config = readConfig({ FACTOTUM_HOME: folder })
  const events = createEventLog({ pool: database.pool, secret: 'of this test alone', zone: () => 'UTC' })
  events.registry.register('settings', [settingEvents])
  events.registry.register('accounts', [accountEvents, signInEvents])
  events.registry.register('keys', [keyEvents])
  const settings = createSettings({ config, database, events, log, folder })
  const cache = createCache({ config, settings, secret: 'of this test alone', log, folder })
  const accounts = await createAccounts({ config, database, events, log })
  const storage = await localStorage(folder)
  const context: Context = { config, database, jobs, live, accounts, events, settings, log, storage, cache }
  const identify = believe(asker === 'sessions' ? accounts.identify : asker)
  const app = await createHttp({ config, log, identify, secretKey: 'test' })
  await installConsole(app, context, parts)
  return {
    app,
    context,
    async close() {
      await app.close()
      await accounts.settle()
      await live.stop()
      await cache.close()
      await jobs.close()
      await database.close()
      await owned.drop()
      await rm(folder, { recursive: true })
    },
  }
}
