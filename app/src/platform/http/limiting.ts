import type { FastifyRequest } from 'fastify'
import { errors } from '../errors/index.ts'
import type { CountClient } from '../limits/count-calls.ts'
import { rateLimitHeaders, refusingWindow } from '../limits/headers.ts'
import { networkOf } from '../limits/network.ts'
import { waitOf } from '../limits/wait.ts'
import type { HttpServer } from './index.ts'
import { isRead } from './protection.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The limits of calls don't count requests to this route: assets, health, live connections. */
    uncounted?: boolean
  }
}

/**
 * Counts each call against its client's limits, after the guard and before the body is read; a call too many is
 * refused with when to go on. Views of pages by people aren't counted: pages replace their pieces by themselves.
 */
export function limitCalls(app: HttpServer, count: CountClient): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!isCounted(request)) return
    const counted = await count(clientOf(request), request.asker?.limits)
    if (!counted) return
    reply.headers(rateLimitHeaders(counted.windows))
    if (counted.allowed) return
    const { window, seconds } = refusingWindow(counted.windows)
    const values = {
      limit: window.limit,
      window: window.name === 'hour' ? 'an hour' : 'a day',
      wait: waitOf(seconds),
    }
    throw errors.fail('too_many_calls', values, { retry_after: seconds })
  })
}

/** What is a page the route says, not the request: any program can send the headers of a browser. */
function isCounted({ is404, routeOptions: { config, schema }, method, asker }: FastifyRequest): boolean {
  if (is404 || config.uncounted) return false
  // Pages and their pieces are left out of the API's description; what is in it is a call.
  const isView = isRead(method) && schema?.hide === true
  return !(isView && asker?.via === 'session')
}

/** A key counts for itself, a person over all sessions, and nobody by the address. */
function clientOf({ asker, ip }: FastifyRequest): string {
  if (asker?.keyId) return `key:${asker.keyId}`
  return asker ? `account:${asker.account.id}` : `address:${networkOf(ip)}`
}
