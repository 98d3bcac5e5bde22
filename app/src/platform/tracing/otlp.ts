import { context, propagation, trace } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node'
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { instance } from '../health/instance.ts'
import { outage } from '../reporting/outage.ts'
import { scrubber } from '../reporting/scrub.ts'
import type { Tracing } from './index.ts'
import { traceJobs } from './jobs.ts'
import { traceRequests } from './requests.ts'

/** A batch that takes longer is given up. Milliseconds. */
const patience = 5_000
/** Spans that wait to be sent; further ones are dropped. */
const mostWaiting = 2_048
const mostInBatch = 512
/** Between two batches, in milliseconds. */
const every = 2_000

export type TracingOptions = NonNullable<Config['otlp']> & {
  version: string
  secrets: readonly string[]
  log: Logger
}

/** Sends traces in batches, in the background; nobody waits for that. One for a process: libraries find it by the API. */
export function startTracing(options: TracingOptions): Tracing {
  const { endpoint, headers, service, share, version, secrets, log } = options
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: patience,
  })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.version': version,
      'service.instance.id': instance,
      'process.pid': process.pid,
    }),
    sampler: samplerFor(share),
    spanProcessors: [
      new BatchSpanProcessor(told(exporter, outage(log, 'The collector of traces', 'traces')), {
        maxQueueSize: mostWaiting,
        maxExportBatchSize: mostInBatch,
        scheduledDelayMillis: every,
        exportTimeoutMillis: patience,
      }),
    ],
  })
  provider.register({ propagator: new W3CTraceContextPropagator() })
  const tracer = provider.getTracer('factotum', version)
  return {
    requests: (app) => traceRequests(app, tracer),
    jobs: traceJobs(tracer, scrubber(secrets)),
    current() {
      const span = trace.getActiveSpan()?.spanContext()
      return span ? { traceId: span.traceId, spanId: span.spanId } : null
    },
    async stop(ms) {
      trace.disable()
      propagation.disable()
      context.disable()
      await inTime(provider.shutdown(), ms)
    },
  }
}

/**
 * The trace's id decides, in every process alike: so a trace is there as a whole or not at all. What others say of theirs
 * doesn't count, or anybody could have all of their requests traced.
 */
function samplerFor(share: number): ParentBasedSampler {
  const root = new TraceIdRatioBasedSampler(share)
  return new ParentBasedSampler({ root, remoteParentSampled: root, remoteParentNotSampled: root })
}

function told(exporter: SpanExporter, receiver: ReturnType<typeof outage>): SpanExporter {
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.SUCCESS) receiver.worked()
        else receiver.failed(result.error?.message ?? 'it refused them')
        done(result)
      })
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

/** One that hangs must not hold up the end of the program; what it was not sent is lost. */
async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}
