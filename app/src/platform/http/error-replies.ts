import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { HttpError } from '../errors/index.ts'
import { errors } from '../errors/index.ts'
import { refusal } from '../errors/refusal.ts'
import type { HttpServer } from './index.ts'

/** Sends an error as a page; status and headers are set. */
export type ErrorPage = (request: FastifyRequest, reply: FastifyReply, error: HttpError) => unknown

const pages = new WeakMap<HttpServer['server'], ErrorPage>()

/** Says how browsers see errors; the console knows. */
export function setErrorPage(app: HttpServer, page: ErrorPage): void {
  pages.set(app.server, page)
}

/** True when the client asks for a page: a browser that goes somewhere, not a program. */
export const wantsPage = (accept: string | undefined) => accept?.includes('text/html') ?? false

/** Takes an error that only a programmer can mend; the client, the log and it know it by the request's id. */
export type ReportError = (error: unknown, request: FastifyRequest) => void

/** Every error leaves by this door: `{ error, message, ... }` for programs, a page for browsers. */
export function replyToErrors(app: HttpServer, report?: ReportError): void {
  app.setErrorHandler((error, request, reply) => {
    const refused = refusal(error, request.id)
    if (refused.status >= 500 && !hasLeft(request)) {
      request.log.error({ err: error, id: request.id }, refused.message)
      if (refused.status === 500) report?.(error, request)
    }
    return send(app, request, reply, refused)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    return send(app, request, reply, errors.fail('not_found', { path }))
  })
}

/** A client that broke its request off: nobody reads the answer, and nobody here did wrong. */
const hasLeft = ({ raw }: FastifyRequest) => raw.destroyed && !raw.complete

/** An address that can't be read comes before there is a route. */
export function replyToUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const refused = refusal(error, request.id)
  reply.status(refused.status).header('x-request-id', request.id).send(bodyOf(refused))
}

function send(app: HttpServer, request: FastifyRequest, reply: FastifyReply, error: HttpError) {
  reply.status(error.status).header('cache-control', 'no-store')
  const { retry_after: wait } = error.fields
  if (typeof wait === 'number') reply.header('retry-after', wait)
  // Browsers read the answer only when they have sent all: what still comes is read past.
  if (!request.raw.complete) request.raw.unpipe().resume()
  const { accept, 'hx-request': htmx } = request.headers
  if (wantsPage(accept) || htmx === 'true') return (pages.get(app.server) ?? plainPage)(request, reply, error)
  return reply.type('application/json; charset=utf-8').send(bodyOf(error))
}

const bodyOf = ({ code, message, fields }: HttpError) => ({ error: code, message, ...fields })

const plainPage: ErrorPage = (_request, reply, { status, message }) =>
  reply
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><title>${status}</title><h1>${status}</h1><p>${escaped(message)}</p></html>`,
    )

const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
