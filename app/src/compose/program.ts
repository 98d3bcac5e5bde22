import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Config, ConfigError } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import { ownMigrations, upgradeSet } from '../platform/database/migrate.ts'
import { createLog } from '../platform/logging/index.ts'
import type { Reporter } from '../platform/reporting/index.ts'
import { openContext } from './context.ts'
import type { Feature } from './conventions.ts'
import { discover } from './discover.ts'
import { findAllEvents, registerEvents } from './discover-events.ts'
import { eventJobs, scheduleEventJobs } from './event-jobs.ts'
import { DiscoveryError, reasonOf } from './load-module.ts'
import { announce } from './running.ts'
import { Stops } from './stops.ts'
import { openTelemetry, watchContext } from './telemetry.ts'
import { startWorker, type WorkerRole } from './worker.ts'

/** What one process does; any number of processes may share a database. */
export interface Roles {
  web?: boolean
  worker?: WorkerRole
  scheduler?: boolean
}

export interface ProgramOptions {
  config: Config
  /** What the log calls this process. */
  name: string
  roles: Roles
  /** A later `findRunning` on this home finds this process. */
  announced?: boolean
  /** Folders with features of the user's own; relative ones begin at the current folder. */
  featureFolders?: string[]
}

/** A process of the program that runs. */
export interface Program {
  /** Where a browser finds it; null without the role `web`. */
  url: string | null
  context: Context
  /** Whom errors are told to that nobody caught. */
  reporter: Reporter
  /** Ends in order: requests and jobs get their time, then the rest. Never rejects. */
  stop(): Promise<void>
}

const ownFeatures = fileURLToPath(new URL('../features', import.meta.url))
const platform = fileURLToPath(new URL('../platform', import.meta.url))

/**
 * Starts a process of the program; on failure all that was started is stopped again.
 *
 * @throws Error with a sentence for whoever started it
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { config, name, roles, announced = false, featureFolders = [] } = options
  await makeHome(config.home)
  const log = createLog(config, name)
  const stops = new Stops(log)
  try {
    // Reading sources takes about as long as starting the database; who only works needs no server.
    const web = roles.web ? import('./web.ts') : null
    web?.catch(() => {})
    const discovered = discover([ownFeatures, ...featureFolders])
    const platformEvents = findAllEvents(platform)
    platformEvents.catch(() => {})
    discovered.catch(() => {})
    const telling = openTelemetry(config, log)
    // The last to stop: what goes wrong while the rest stops is told, too.
    stops.add('telemetry', async () => (await telling).stop())
    stops.stage()
    telling.catch(() => {})
    const context = await openContext(config, log, stops)
    const telemetry = await telling
    watchContext(context, telemetry)
    await upgradeOwn(context, featureFolders)
    const features = await discovered
    registerEvents(context.events.registry, [
      ...(await platformEvents),
      ...features.flatMap(({ events }) => events ?? []),
    ])
    addSettings(features, context)
    stops.stage()
    stops.add('settings', () => context.settings.stop())
    await context.settings.start()
    eventJobs(context)
    defineJobs(features, context)
    stops.stage()
    const url = web ? await (await web).startWeb(context, features, telemetry, stops) : null
    if (url && announced) stops.add('announcement', await announce(config.home, url))
    if (!roles.web && config.metricsPort !== null) {
      const { startFiguresOutlet } = await import('./figures-outlet.ts')
      await startFiguresOutlet(context, config.metricsPort, telemetry, stops)
    }
    if (roles.worker) await startWorker(context, roles.worker, stops)
    if (roles.scheduler) await startScheduler(context, stops)
    return { url, context, reporter: telemetry.reporter, stop: () => stops.run() }
  } catch (error) {
    log.debug({ err: error }, 'the start failed')
    await stops.run()
    throw error
  }
}

/** The tables of people's own features. Their names are one list: it has to come from one folder. */
async function upgradeOwn({ database: { url } }: Context, folders: string[]): Promise<void> {
  const sets = folders.map(ownMigrations).filter(({ folder }) => existsSync(folder))
  const [set, other] = sets
  if (other) throw new DiscoveryError(other.folder, `can't stand beside ${set?.folder}: move them into one.`)
  if (set) await upgradeSet(url, set)
}

async function makeHome(home: string): Promise<void> {
  try {
    await mkdir(join(home, 'logs'), { recursive: true })
  } catch (error) {
    const advice = 'Set FACTOTUM_HOME to a folder where this user may write.'
    throw new Error(`The folder ${home} can't be used: ${reasonOf(error)}. ${advice}`, { cause: error })
  }
}

function addSettings(features: Feature[], context: Context): void {
  for (const { folder, settings } of features) {
    try {
      context.settings.add(Object.values(settings ?? {}))
    } catch (error) {
      if (error instanceof ConfigError) throw error
      throw new DiscoveryError(join(folder, 'settings.ts'), `can't be used: ${reasonOf(error)}`, {
        cause: error,
      })
    }
  }
}

/** Handlers are known before a worker starts, and before a route enqueues. */
function defineJobs(features: Feature[], context: Context): void {
  for (const { folder, jobs } of features) {
    try {
      jobs?.(context)
    } catch (error) {
      throw new DiscoveryError(join(folder, 'jobs.ts'), `fails: ${reasonOf(error)}`, { cause: error })
    }
  }
}

async function startScheduler(context: Context, stops: Stops): Promise<void> {
  await scheduleEventJobs(context)
  const scheduler = context.jobs.scheduler()
  stops.add('scheduler', () => scheduler.stop())
  await scheduler.start()
}
