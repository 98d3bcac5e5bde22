import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import Tokens from '@fastify/csrf'
import { errors } from '../errors/index.ts'
import { wantsPage } from './error-replies.ts'
import type { HttpServer } from './index.ts'

const cookieName = 'factotum_csrf'
const tokens = Tokens()

/** Secrets whose cookie goes out with the answer that is being made. */
const fresh = new WeakMap<IncomingMessage, string>()

/**
 * Double submit: a page's visitor holds a secret in a cookie, its forms hold tokens made from it (field
 * `_csrf`, or header `x-csrf-token`). A token that is sent must be right. Demanding one belongs to sessions,
 * which don't exist yet; until then `refuseForeignRequests` keeps other sites out.
 */
export async function checkCsrfTokens(app: HttpServer): Promise<void> {
  await app.register(fastifyCookie)
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || request.cookies[cookieName] || !wantsPage(request.headers.accept)) return
    const secret = tokens.secretSync()
    fresh.set(request.raw, secret)
    reply.setCookie(cookieName, secret, { path: '/', httpOnly: true, sameSite: 'strict' })
  })
  app.addHook('preValidation', async (request) => {
    const token = request.headers['x-csrf-token'] ?? takeField(request.body)
    if (token === undefined) return
    const secret = request.cookies[cookieName]
    if (typeof token !== 'string' || !secret || !tokens.verify(secret, token)) throw errors.fail('csrf')
  })
}

/** A token for a form of whoever made this request; null when they hold no secret yet. */
export function csrfToken(request: IncomingMessage): string | null {
  const secret = fresh.get(request) ?? fastifyCookie.parse(request.headers.cookie ?? '')[cookieName]
  return secret ? tokens.create(secret) : null
}

/** Takes the token out, so that the route's schema needn't know it. */
function takeField(body: unknown): unknown {
  if (!body || typeof body !== 'object' || !('_csrf' in body)) return undefined
  const token = body._csrf
  delete body._csrf
  return token
}
