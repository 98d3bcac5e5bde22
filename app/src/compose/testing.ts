import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { believe, keepingBelieved } from '../platform/accounts/testing.ts'
import { readConfig } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import { appDatabase } from '../platform/database/testing.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { openContext } from './context.ts'
import { discover } from './discover.ts'
import { findAllEvents, registerEvents } from './discover-events.ts'
import { Stops } from './stops.ts'
import { openTelemetry, watchContext } from './telemetry.ts'
import { makeWeb } from './web.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface TestWeb {
  app: HttpServer
  context: Context
  stop(): Promise<void>
}

export interface TestWebOptions {
  environment?: Record<string, string>
  /** Folders with further features; absolute paths. */
  features?: string[]
}

/** The whole web server with all features on a database of its own; requests say who asks (`as`), or show it, as in the program. */
export async function testWeb(
  log = pino({ level: process.env.TEST_LOG ?? 'silent' }),
  { environment = {}, features: own = [] }: TestWebOptions = {},
): Promise<TestWeb> {
  const database = await appDatabase()
  const home = await mkdtemp(join(tmpdir(), 'factotum-web-'))
  const stops = new Stops(log)
  const config = readConfig({
    FACTOTUM_HOME: home,
    DATABASE_URL: database.url,
    SECRET_KEY: '0123456789abcdef'.repeat(4),
    ...environment,
  })
  const telemetry = await openTelemetry(config, log)
  stops.add('telemetry', () => telemetry.stop())
  stops.stage()
  const opened = await openContext(config, log, stops)
  const context: Context = { ...opened, accounts: keepingBelieved(opened.accounts) }
  watchContext(context, telemetry)
  const features = await discover([folder('../features'), ...own])
  registerEvents(context.events.registry, [
    ...(await findAllEvents(folder('../platform'))),
    ...features.flatMap(({ events }) => events ?? []),
  ])
  for (const { jobs } of features) jobs?.(context)
  const app = await makeWeb(context, features, telemetry, believe(context.accounts.identify))
  await app.ready()
  return {
    app,
    context,
    async stop() {
      await app.close()
      await stops.run()
      await database.drop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
