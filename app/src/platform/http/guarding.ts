import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Asker, Identify } from '../accounts/asker.ts'
import { errors } from '../errors/index.ts'
import { wantsPage } from './error-replies.ts'
import { type Guard, guard, judge } from './guard.ts'
import type { HttpServer } from './index.ts'
import { whoAsksOrNobody } from './who-asks.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may come; a route without one stops the start. */
    guard?: Guard
  }
  interface FastifyRequest {
    /** Who asks; null for nobody, and on routes with `guard.public`. */
    asker: Asker | null
  }
  interface FastifyInstance {
    /** Who makes a request, also one that never comes to a route. Looked up once a request. */
    whoAsks(request: IncomingMessage): Promise<Asker | null>
    /** Every route that was added, and who may come to it. */
    guarded: GuardedRoute[]
  }
}

export interface GuardedRoute {
  method: string
  url: string
  guard: Guard
  constraints: RouteOptions['constraints']
}

/** Holds each route's guard, before anything else about the request is looked at. */
export function guardRoutes(app: HttpServer, identify: Identify): void {
  app.decorate('whoAsks', oncePerRequest(identify))
  app.decorateRequest('asker', null)
  app.decorate('guarded', [])
  app.addHook('onRoute', (route) => {
    app.guarded.push(...guardedBy(route))
  })
  app.addHook('onRequest', async (request, reply) => {
    const guard = guardOf(request)
    if (guard.kind === 'public') return
    // An optional guard never refuses, not even when nobody can be looked up.
    const optional = guard.kind === 'optional'
    request.asker = await (optional ? whoAsksOrNobody(app, request) : app.whoAsks(request.raw))
    const verdict = judge(guard, request.asker)
    if (verdict.status === 401) return refuseNobody(request, reply)
    if (verdict.status === 403) throw errors.fail('forbidden', { reason: verdict.reason })
  })
}

function oncePerRequest(identify: Identify): (request: IncomingMessage) => Promise<Asker | null> {
  const known = new WeakMap<IncomingMessage, Promise<Asker | null>>()
  return (request) => {
    const asker = known.get(request) ?? identify(request)
    known.set(request, asker)
    return asker
  }
}

/** @throws Error for a route without a guard */
function guardedBy({ method, url, config, constraints }: RouteOptions): GuardedRoute[] {
  const methods = [method].flat()
  const guarded = config?.guard
  if (guarded) return methods.map((method) => ({ method, url, guard: guarded, constraints }))
  throw new Error(
    `${methods.join(', ')} ${url} has no guard, so nobody knows who may come. Add { config: { guard: … } } ` +
      `to its options: ${Object.keys(guard)
        .map((name) => `guard.${name}`)
        .join(', ')}.`,
  )
}

/** An address that isn't there refuses nobody: its page only wants to know whose frame it draws. */
function guardOf({ is404, routeOptions, method, url }: FastifyRequest): Guard {
  if (is404) return guard.optional
  if (routeOptions.config.guard) return routeOptions.config.guard
  throw new Error(`${method} ${url} came to a route without a guard.`)
}

/** A browser that goes somewhere is shown the way in; everybody else is told. */
function refuseNobody(request: FastifyRequest, reply: FastifyReply) {
  const { accept, 'hx-request': htmx } = request.headers
  if (!wantsPage(accept) || htmx === 'true') {
    reply.header('www-authenticate', 'Bearer realm="factotum"')
    throw errors.fail('unauthenticated')
  }
  return reply
    .header('cache-control', 'no-store')
    .redirect(`/signin?next=${encodeURIComponent(pageOf(request))}`, 303)
}

/** Where to go on after signing in: the page that was asked for, or the one whose form was sent. */
function pageOf({ method, url, headers: { host, referer } }: FastifyRequest): string {
  if (method === 'GET' || method === 'HEAD') return url
  if (!referer || !URL.canParse(referer)) return '/'
  const page = new URL(referer)
  return page.host === host?.toLowerCase() ? page.pathname + page.search : '/'
}
