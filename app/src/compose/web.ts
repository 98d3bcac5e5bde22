import { join } from 'node:path'
import { installConsole } from '../console/index.ts'
import type { Identify } from '../platform/accounts/asker.ts'
import { secretKey } from '../platform/accounts/secret-key.ts'
import { whoRoutes } from '../platform/accounts/who-routes.ts'
import { isLoopback } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import { healthRoutes } from '../platform/health/routes.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { limitCalls } from '../platform/http/limiting.ts'
import { createHttp } from '../platform/http/server.ts'
import { clientCounter } from '../platform/limits/count-calls.ts'
import { metricsRoutes } from '../platform/metrics/routes.ts'
import { ownSettings } from '../platform/settings/index.ts'
import type { Feature } from './conventions.ts'
import { close, listen } from './listening.ts'
import { addLiveOutlets } from './live-outlets.ts'
import { DiscoveryError, reasonOf } from './load-module.ts'
import type { Stops } from './stops.ts'
import { type Telemetry, watchRequests } from './telemetry.ts'

/** Starts the web server; answers its address. */
export async function startWeb(
  context: Context,
  features: Feature[],
  telemetry: Telemetry,
  stops: Stops,
): Promise<string> {
  const { host, port, publicUrl } = context.config
  const app = await makeWeb(context, features, telemetry)
  stops.add('web', () => close(app))
  await listen(app, { what: 'the web server', host, port, variable: 'PORT' })
  const url = addressOf(app, host)
  context.accounts.listensAt(url)
  if (!publicUrl && !isLoopback(host)) {
    context.log.warn(`PUBLIC_URL is not set: links in messages begin with ${url}, which others can't follow`)
  }
  return url
}

/** The web server with every part's routes; it doesn't listen yet. Tests may tell it otherwise who asks. */
export async function makeWeb(
  context: Context,
  features: Feature[],
  telemetry: Telemetry,
  identify: Identify = context.accounts.identify,
): Promise<HttpServer> {
  const { config, log, settings } = context
  const app = await createHttp({
    config,
    log,
    identify,
    secretKey: await secretKey(config),
    maintenance: () => settings.get(ownSettings.maintenance),
    ...watchRequests(telemetry),
  })
  limitCalls(app, clientCounter(context))
  try {
    await addParts(app, context, features, telemetry)
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

async function addParts(
  app: HttpServer,
  context: Context,
  features: Feature[],
  { metrics }: Telemetry,
): Promise<void> {
  await healthRoutes(app, context)
  metricsRoutes(app, metrics)
  whoRoutes(app)
  await context.accounts.webhooks(app)
  await addLiveOutlets(app, context, metrics)
  await installConsole(
    app,
    context,
    features.flatMap((feature) => feature.console ?? []),
  )
  await addFeatures(app, context, features)
}

async function addFeatures(app: HttpServer, context: Context, features: Feature[]): Promise<void> {
  for (const { folder, routes } of features) {
    if (!routes) continue
    try {
      await app.register(async (scope: HttpServer) => routes(scope, context))
    } catch (error) {
      throw new DiscoveryError(join(folder, 'routes.ts'), `fails: ${reasonOf(error)}`, { cause: error })
    }
  }
}

/** A browser can't go to an address that stands for all of this machine's. */
function addressOf(app: HttpServer, host: string): string {
  const address = app.server.address()
  if (!address || typeof address === 'string') throw new Error('The web server has no port.')
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}/`
}
