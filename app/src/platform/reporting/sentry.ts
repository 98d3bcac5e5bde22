import {
  contextLinesIntegration,
  createTransport,
  defaultStackParser,
  type ErrorEvent,
  linkedErrorsIntegration,
  NodeClient,
  type NodeOptions,
  Scope,
} from '@sentry/node'
import type { Logger } from 'pino'
import type { Incident, Reporter } from './index.ts'
import { outage } from './outage.ts'
import { scrubber, scrubTree } from './scrub.ts'

/** A report that takes longer is given up. Milliseconds. */
const patience = 5_000
/** Reports on their way; further ones are dropped until one has arrived or was given up. */
const mostAtOnce = 30

export interface SentryOptions {
  dsn: string
  environment: string
  share: number
  version: string
  secrets: readonly string[]
  log: Logger
}

/**
 * Tells errors to Sentry by a client of its own: nothing of the process is instrumented, and no request, header or body is
 * ever read. Only what `report` is given goes out, without what looks like a secret.
 */
export function sentryReporter({ dsn, environment, share, version, secrets, log }: SentryOptions): Reporter {
  const scrub = scrubber(secrets)
  const client = new NodeClient({
    dsn,
    environment,
    sampleRate: share,
    release: `factotum@${version}`,
    integrations: [linkedErrorsIntegration(), contextLinesIntegration()],
    stackParser: defaultStackParser,
    transport: sender(outage(log, 'Sentry', 'reports of errors')),
    sendClientReports: false,
    beforeSend(event: ErrorEvent) {
      scrubTree(event, scrub)
      return event
    },
  })
  client.init()
  return {
    report(error, incident) {
      try {
        scopeOf(incident).captureException(error, { mechanism: { type: 'factotum', handled: false } })
      } catch (failure) {
        log.warn({ err: failure }, 'an error could not be told to Sentry')
      }
    },
    async stop(ms) {
      await client.close(ms)
    },
  }

  function scopeOf({ id, tags, trace }: Incident): Scope {
    const scope = new Scope()
    scope.setClient(client)
    scope.setTags({ ...tags, ...(id !== null && { request_id: id }) })
    if (trace) scope.setContext('trace', { trace_id: trace.traceId, span_id: trace.spanId })
    return scope
  }
}

type MakeTransport = NonNullable<NodeOptions['transport']>

/** Its own way out has no limit of time: a receiver that hangs would hold its reports for good. */
function sender(receiver: ReturnType<typeof outage>): MakeTransport {
  return (options) =>
    createTransport({ ...options, bufferSize: mostAtOnce }, async ({ body }) => {
      try {
        const answer = await fetch(options.url, {
          method: 'POST',
          body: typeof body === 'string' ? body : new Uint8Array(body),
          headers: { ...options.headers },
          signal: AbortSignal.timeout(patience),
        })
        await answer.body?.cancel()
        receiver.worked()
        return {
          statusCode: answer.status,
          headers: {
            'x-sentry-rate-limits': answer.headers.get('x-sentry-rate-limits'),
            'retry-after': answer.headers.get('retry-after'),
          },
        }
      } catch (error) {
        receiver.failed(error instanceof Error ? error.message : String(error))
        throw error
      }
    })
}
