import type { Logger } from 'pino'
import { secretKey } from '../accounts/secret-key.ts'
import type { Config } from '../config/index.ts'
import { secretsOf } from './secrets.ts'

/** Where and for whom something went wrong. Nothing in it is secret, or whatever a person sent. */
export interface Incident {
  /** By what the log and the page know it: the id of the request, or what correlates a job with one. */
  id: string | null
  /** Short texts by which one looks for it. */
  tags: Record<string, string>
  /** The trace in which it happened. */
  trace?: TraceIds | null
}

export interface TraceIds {
  traceId: string
  spanId: string
}

/** Whom errors are told to that only a programmer can mend. */
export interface Reporter {
  /** Takes the error and returns at once: nobody waits for it to be sent. Never throws. */
  report(error: unknown, incident: Incident): void
  /** Sends what is on its way, for so many ms at most. */
  stop(ms: number): Promise<void>
}

/** Tells nobody: the log has it all. */
export const silent: Reporter = { report() {}, async stop() {} }

/** Sentry, where SENTRY_DSN is set; it is loaded only then. */
export async function openReporting(config: Config, log: Logger): Promise<Reporter> {
  if (!config.sentry) return silent
  const { sentryReporter } = await import('./sentry.ts')
  const secrets = secretsOf(config, await secretKey(config))
  return sentryReporter({ ...config.sentry, version: config.version, secrets, log })
}
