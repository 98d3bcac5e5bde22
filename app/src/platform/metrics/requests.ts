import type { FastifyRequest } from 'fastify'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { HttpServer } from '../http/index.ts'

/** Seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * Measures requests by route. Of a route its template is told, never the address: there are as many series as there are
 * routes, whatever is asked for. Live connections are no requests that end, and are counted apart.
 */
export function measureRequests(app: HttpServer, registry: Registry): void {
  const duration = new Histogram({
    name: 'factotum_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by method, route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [registry],
  })
  const left = new Counter({
    name: 'factotum_http_requests_aborted_total',
    help: 'Requests whose client left before the answer.',
    labelNames: ['route'],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const status = `${Math.floor(reply.statusCode / 100)}xx`
    duration.observe({ ...routeOf(request), status }, reply.elapsedTime / 1_000)
    done()
  })
  app.addHook('onRequestAbort', (request, done) => {
    left.inc({ route: routeOf(request).route })
    done()
  })
}

/** Where nothing is, anybody can ask by any method and for any address. */
function routeOf({ is404, method, routeOptions: { url } }: FastifyRequest): {
  method: string
  route: string
} {
  return is404 || url === undefined ? { method: 'any', route: 'none' } : { method, route: url }
}
