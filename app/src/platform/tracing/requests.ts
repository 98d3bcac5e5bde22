import type { Tracer } from '@opentelemetry/api'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { FastifyRequest } from 'fastify'
import type { HttpServer } from '../http/index.ts'

/**
 * A span for each request that does something: not for assets, health and live connections. One that says by
 * `traceparent` to which trace it belongs goes on with that.
 */
export function traceRequests(app: HttpServer, tracer: Tracer): void {
  const within = new WeakMap<FastifyRequest, Context>()

  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.uncounted) return done()
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    const route = request.is404 ? undefined : request.routeOptions.url
    const span = tracer.startSpan(
      route === undefined ? request.method : `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': route,
          'factotum.request_id': request.id,
        },
      },
      parent,
    )
    // A client that left before the answer has seen no status.
    reply.raw.once('close', () => span.end())
    const here = trace.setSpan(parent, span)
    within.set(request, here)
    context.with(here, done)
  })

  app.addHook('onResponse', (request, { statusCode }, done) => {
    const here = within.get(request)
    const span = here && trace.getSpan(here)
    span?.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    done()
  })

  // Reading a body comes back by the connection's own events, which know nothing of the request.
  app.addHook('preValidation', (request, _reply, done) => {
    const here = within.get(request)
    if (here) context.with(here, done)
    else done()
  })
}
