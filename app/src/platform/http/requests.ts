import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { withIds } from '../logging/ids.ts'
import { bindsRequest } from '../logging/index.ts'
import type { HttpServer } from './index.ts'

/** The id that a client or proxy gave the request, where it is a plain one, else a new one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,200}$/.test(given) ? given : randomUUID()
}

/** One line a request, when it is answered: reads quietly, the rest for everyone. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const read = request.method === 'GET' || request.method === 'HEAD'
    const level = read && reply.statusCode < 400 && !error ? 'debug' : 'info'
    const { statusCode: status, elapsedTime } = reply
    request.log[level]({ ...callOf(request), status, ms: Math.round(elapsedTime) }, 'request')
  }
}

/** Says of a request's own log that its lines have the id: it has to, since after the answer nothing else tells it. */
export const namesItsRequest = <Log extends object>(log: Log): Log =>
  Object.assign(log, { [bindsRequest]: true })

/** Answers each request's id, which is on every line that is logged meanwhile; notes who left before the answer. */
export function followRequests(app: HttpServer): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    withIds({ request: request.id }, done)
  })
  // The body's events know nothing of what came before them.
  app.addHook('preValidation', ({ id }, _reply, done) => withIds({ request: id }, done))
  app.addHook('onRequestAbort', async (request) => {
    request.log.info(callOf(request), 'the client left')
  })
}

/** Without the query, which may hold what is nobody else's business. */
const callOf = ({ method, url }: FastifyRequest) => ({ method, path: url.split('?', 1)[0] })
