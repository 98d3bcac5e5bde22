import { type Hooks, JobError } from '@factotum/jobs'
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api'

/** What is enqueued takes its place in the trace along; each run is a span there, beside those of other attempts. */
export function traceJobs(tracer: Tracer, scrub: (text: string) => string): Hooks {
  return {
    enqueue(call, next) {
      const carrier: { traceparent?: string } = {}
      propagation.inject(context.active(), carrier)
      call.context ??= carrier.traceparent ?? null
      return next()
    },
    run({ id, name, queue, attempt, correlationId, context: traceparent }, next) {
      const parent = traceparent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent })
      const attributes = {
        'factotum.job.id': id,
        'factotum.job.name': name,
        'factotum.job.queue': queue,
        'factotum.job.attempt': attempt,
        ...(correlationId !== null && { 'factotum.request_id': correlationId }),
      }
      return tracer.startActiveSpan(
        `job ${name}`,
        { kind: SpanKind.CONSUMER, attributes },
        parent,
        async (span) => {
          try {
            return await next()
          } catch (error) {
            // One that asks for another time has not failed.
            if (!(error instanceof JobError.Snooze)) tellFailure(span, error, scrub)
            throw error
          } finally {
            span.end()
          }
        },
      )
    },
  }
}

function tellFailure(span: Span, error: unknown, scrub: (text: string) => string): void {
  const message = scrub(error instanceof Error ? error.message : String(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  span.recordException({ name: error instanceof Error ? error.name : 'Error', message })
}
