import { secretKey } from '../platform/accounts/secret-key.ts'
import type { Context } from '../platform/context.ts'
import { healthRoutes } from '../platform/health/routes.ts'
import { createHttp } from '../platform/http/server.ts'
import { metricsRoutes } from '../platform/metrics/routes.ts'
import { close, listen } from './listening.ts'
import type { Stops } from './stops.ts'
import type { Telemetry } from './telemetry.ts'

/**
 * Where a worker or scheduler that runs apart answers `/metrics` and `/health`, by the same guards as the web server;
 * answers its address.
 */
export async function startFiguresOutlet(
  context: Context,
  port: number,
  { metrics }: Pick<Telemetry, 'metrics'>,
  stops: Stops,
): Promise<string> {
  const { config, log, accounts } = context
  const app = await createHttp({
    config,
    log,
    identify: accounts.identify,
    secretKey: await secretKey(config),
  })
  stops.add('the outlet of figures', () => close(app))
  await healthRoutes(app, context)
  metricsRoutes(app, metrics)
  return listen(app, { what: 'the outlet of figures', host: config.host, port, variable: 'METRICS_PORT' })
}
