import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../platform/config/index.ts'
import type { Context } from '../platform/context.ts'
import type { HttpServer } from '../platform/http/index.ts'
import { type Metrics, openMetrics } from '../platform/metrics/index.ts'
import { reportFailedJobs } from '../platform/reporting/failed-jobs.ts'
import { openReporting, type Reporter } from '../platform/reporting/index.ts'
import { openTracing, type Tracing } from '../platform/tracing/index.ts'

/** What a process tells of itself to those who watch over it: figures, errors, traces. */
export interface Telemetry {
  metrics: Metrics
  reporter: Reporter
  tracing: Tracing | null
  /** Sends the last, once all else has stopped. */
  stop(): Promise<void>
}

/** Time for that. */
const farewell = 2_000

export async function openTelemetry(config: Config, log: Logger): Promise<Telemetry> {
  const [metrics, reporter, tracing] = await Promise.all([
    openMetrics(config.version),
    openReporting(config, log),
    openTracing(config, log),
  ])
  return {
    metrics,
    reporter,
    tracing,
    async stop() {
      await Promise.all([reporter.stop(farewell), tracing?.stop(farewell)])
    },
  }
}

/** Jobs, database and cache of this process. */
export function watchContext(context: Context, { metrics, reporter, tracing }: Telemetry): void {
  const { jobs, database, cache } = context
  metrics.jobs(jobs)
  metrics.pool(database.pool)
  metrics.cache(cache)
  reportFailedJobs(jobs, reporter)
  if (tracing) jobs.use(tracing.jobs)
}

/** What the web server is made with. */
export function watchRequests({ metrics, reporter, tracing }: Telemetry) {
  return {
    watch(app: HttpServer): void {
      tracing?.requests(app)
      metrics.requests(app)
    },
    report(error: unknown, { id, method, is404, routeOptions: { url } }: FastifyRequest): void {
      const route = is404 || url === undefined ? 'none' : url
      reporter.report(error, { id, tags: { method, route }, trace: tracing?.current() ?? null })
    },
  }
}
