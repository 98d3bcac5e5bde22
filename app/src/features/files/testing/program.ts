import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobManager } from '@factotum/jobs'
import pino from 'pino'
import { installConsole } from '../../../console/index.ts'
import { createEventLog } from '../../../eventlog/index.ts'
import { createLive } from '../../../live/index.ts'
import { createAccounts } from '../../../platform/accounts/accounts.ts'
import { askerFor, believe, keepingBelieved } from '../../../platform/accounts/testing.ts'
import { createCache } from '../../../platform/cache/create.ts'
import { type Config, readConfig } from '../../../platform/config/index.ts'
import type { Context } from '../../../platform/context.ts'
import { connect } from '../../../platform/database/index.ts'
import { appDatabase } from '../../../platform/database/testing.ts'
import type { HttpServer } from '../../../platform/http/index.ts'
import { createHttp } from '../../../platform/http/server.ts'
import { createSettings } from '../../../platform/settings/create.ts'
import { settingEvents } from '../../../platform/settings/events.ts'
import { localStorage } from '../../../platform/storage/local.ts'
import part from '../console.tsx'
import { fileEvents } from '../events.ts'
import fileJobs from '../jobs.ts'
import routes from '../routes.ts'

/** The program with this one feature, in this process, on a database of its own. */
export interface FilesProgram {
  context: Context
  url: string
  startWorker(): Promise<void>
  stopWorker(): Promise<void>
  /** Keys of all stored objects. */
  stored(): Promise<string[]>
  /** Names of unfinished uploads and of private folders that are left. */
  leftovers(): Promise<string[]>
  stop(): Promise<void>
}

export async function filesProgram(given: Partial<Config> = {}): Promise<FilesProgram> {
  const home = await mkdtemp(join(tmpdir(), 'factotum-files-'))
  const config: Config = { ...readConfig({}), home, host: '127.0.0.1', port: 0, ...given }
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const test = await appDatabase()
  const database = connect(test.url)
  const jobs = new JobManager({ connectionString: test.url, migrate: false })
  const live = createLive({ pool: database.pool, listenUrl: test.url, log })
  await live.start()
  const storage = await localStorage(join(home, 'storage'))
  const events = createEventLog({ pool: database.pool, secret: 'of this test alone', zone: () => 'UTC' })
  events.registry.register('events.ts', [fileEvents, settingEvents])
  const settings = createSettings({ config, database, events, log, folder: home })
  const cache = createCache({ config, settings, secret: 'of this test alone', log, folder: home })
  const accounts = keepingBelieved(await createAccounts({ config, database, events, log }))
  const context: Context = { config, database, jobs, live, accounts, events, settings, storage, cache, log }
  fileJobs(context)
  const app = await createHttp({
    config,
    log,
    identify: believe(askerFor({ role: 'admin' })),
    secretKey: 'test',
  })
  await installConsole(app, context, [part])
  await app.register(async (scope: HttpServer) => routes(scope, context))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const worker = jobs.worker({ queues: ['files'], concurrency: 4 })
  let started = false
  const stopWorker = async () => {
    if (started) await worker.stop({ grace: 0 })
    started = false
  }
  return {
    context,
    url,
    async startWorker() {
      await worker.start()
      started = true
    },
    stopWorker,
    async stored() {
      const keys: string[] = []
      for await (const { key } of storage.list('')) keys.push(key)
      return keys
    },
    async leftovers() {
      const parts = await readdir(join(home, 'storage', 'temp'))
      const folders = await readdir(join(home, 'work')).catch(() => [])
      return [...parts, ...folders]
    },
    async stop() {
      await stopWorker()
      await app.close()
      await live.stop()
      await cache.close()
      await jobs.close()
      await database.close()
      await test.drop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
