import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { HttpServer } from './index.ts'

/** The id that a client or proxy gave the request, where it is a plain one, else a new one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,200}$/.test(given) ? given : randomUUID()
}

/** Answers each request's id, and logs what became of it: reads quietly, the rest for everyone. */
export function followRequests(app: HttpServer): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    const quiet = reply.statusCode < 400 && (request.method === 'GET' || request.method === 'HEAD')
    request.log[quiet ? 'debug' : 'info'](
      {
        method: request.method,
        // Without its query, which may hold what is nobody else's business.
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ method: request.method, path: request.url.split('?', 1)[0] }, 'the client left')
  })
}
