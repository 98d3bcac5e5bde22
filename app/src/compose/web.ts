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
import { ownSettings } from '../platform/settings/index.ts'
import type { Feature } from './conventions.ts'
import { addLiveOutlets } from './live-outlets.ts'
import { DiscoveryError, reasonOf } from './load-module.ts'
import type { Stops } from './stops.ts'

/** Time that open requests have to end when the program is told to stop. */
const requestGrace = 10_000

/** Starts the web server; answers its address. */
export async function startWeb(context: Context, features: Feature[], stops: Stops): Promise<string> {
  const { host, port, publicUrl } = context.config
  const app = await makeWeb(context, features)
  stops.add('web', () => close(app))
  await listen(app, host, port)
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
  identify: Identify = context.accounts.identify,
): Promise<HttpServer> {
  const { config, log, settings } = context
  const app = await createHttp({
    config,
    log,
    identify,
    secretKey: await secretKey(config),
    maintenance: () => settings.get(ownSettings.maintenance),
  })
  limitCalls(app, clientCounter(context))
  try {
    await addParts(app, context, features)
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

async function addParts(app: HttpServer, context: Context, features: Feature[]): Promise<void> {
  await healthRoutes(app, context)
  whoRoutes(app)
  await context.accounts.webhooks(app)
  await addLiveOutlets(app, context)
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

/** The port is taken. */
export class PortTaken extends Error {
  override name = 'PortTaken'
}

async function listen(app: HttpServer, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `the web server listens at ${address}` })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new PortTaken(`Port ${port} is used by another program. Stop it, or set PORT to a free port.`)
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`HOST is "${host}", which is no address of this machine.`)
    }
    if (code === 'EACCES') throw new Error(`This user may not use port ${port}. Set PORT to one above 1023.`)
    throw error
  }
}

/** A browser can't go to an address that stands for all of this machine's. */
function addressOf(app: HttpServer, host: string): string {
  const address = app.server.address()
  if (!address || typeof address === 'string') throw new Error('The web server has no port.')
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}/`
}

/** No new requests; the open ones end, or are ended. */
async function close(app: HttpServer): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), requestGrace)
  await app.close()
  clearTimeout(late)
}
