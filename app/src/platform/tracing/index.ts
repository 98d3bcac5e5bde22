import type { Hooks } from '@factotum/jobs'
import type { Logger } from 'pino'
import { secretKey } from '../accounts/secret-key.ts'
import type { Config } from '../config/index.ts'
import type { HttpServer } from '../http/index.ts'
import type { TraceIds } from '../reporting/index.ts'
import { secretsOf } from '../reporting/secrets.ts'

/** Traces of requests and of the jobs that come of them. */
export interface Tracing {
  /** A span for each request; before all other hooks. */
  requests(app: HttpServer): void
  /** A span for each run of a job, in the trace in which it was enqueued. */
  jobs: Hooks
  /** Where in a trace this code runs; null outside of one. */
  current(): TraceIds | null
  /** Sends what waits, for so many ms at most. */
  stop(ms: number): Promise<void>
}

/** OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set; it is loaded only then. Null: nothing is traced. */
export async function openTracing(config: Config, log: Logger): Promise<Tracing | null> {
  if (!config.otlp) return null
  const { startTracing } = await import('./otlp.ts')
  const secrets = secretsOf(config, await secretKey(config))
  return startTracing({ ...config.otlp, version: config.version, secrets, log })
}
