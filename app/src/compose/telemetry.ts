import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { measureCache } from '../platform/metrics/cache.ts'
import { createMetrics, type Metrics } from '../platform/metrics/create.ts'
import { measureRuns } from '../platform/metrics/job-runs.ts'
import { measurePool } from '../platform/metrics/pool.ts'
import { measureQueues } from '../platform/metrics/queues.ts'
import { measureRequests } from '../platform/metrics/requests.ts'
import { reportFailedJobs } from '../platform/reporting/failed-jobs.ts'
import { openReporting, type Reporter } from '../platform/reporting/index.ts'
import { openTracing, type Tracing } from '../platform/tracing/index.ts'
import type { Stops } from './stops.ts'

/** What a process tells of itself to those who watch over it: figures, errors, traces. */
export interface Telemetry {
  metrics: Metrics
  reporter: Reporter
  tracing: Tracing | null
}

/** Time for the last reports and traces, once all else has stopped. */
const farewell = 2_000

/** Added to the stops first: what goes wrong while the rest stops is told, too. */
export async function openTelemetry(config: Config, log: Logger, stops: Stops): Promise<Telemetry> {
  const [reporter, tracing] = await Promise.all([openReporting(config, log), openTracing(config, log)])
  stops.add('reports of errors', () => reporter.stop(farewell))
  if (tracing) stops.add('traces', () => tracing.stop(farewell))
  return { metrics: createMetrics(config.version), reporter, tracing }
}

/** Jobs, database and cache of this process. */
export function watchContext(
  { jobs, database, cache }: Context,
  { metrics, reporter, tracing }: Telemetry,
): void {
  measureRuns(jobs, metrics.registry)
  measureQueues(jobs, metrics.registry)
  measurePool(database.pool, metrics.registry)
  measureCache(cache, metrics.registry)
  reportFailedJobs(jobs, reporter)
  if (tracing) jobs.use(tracing.jobs)
}

/** What the web server is made with. */
export function watchRequests({ metrics, reporter, tracing }: Telemetry) {
  return {
    watch(app: HttpServer): void {
      tracing?.requests(app)
      measureRequests(app, metrics.registry)
    },
    report(error: unknown, { id, method, is404, routeOptions: { url } }: FastifyRequest): void {
      const route = is404 || url === undefined ? 'none' : url
      reporter.report(error, { id, tags: { method, route }, trace: tracing?.current() ?? null })
    },
  }
}
