import { createHmac } from 'node:crypto'
import { Tokens } from '@fastify/csrf'
import type { FastifyRequest } from 'fastify'
import type { Asker } from '../accounts/asker.ts'
import { errors } from '../errors/index.ts'
import type { HttpServer } from './index.ts'
import { isRead } from './protection.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For a route that reads a form with a file by `request.parts()`: the file's field. Such a form's token is its
     * first field, and is checked where the parts are read.
     */
    fileField?: string
  }
  interface FastifyInstance {
    /** A token for the forms of the asker's session; null for everybody who has none. */
    formToken(asker: Asker | null): string | null
  }
}

/** A form's field with its token. */
export const tokenField = '_csrf'

const tokens = Tokens({ userInfo: true })

/**
 * A session comes with every request that its browser makes, whoever's page caused it. So a write by a session
 * needs what only our own pages know: a token (field `_csrf`, or header `x-csrf-token`) that is made from the
 * session's id, and good for that session alone. Keys and tokens come by themselves and need none.
 *
 * @param key known to all processes of the program, and to nobody else
 */
export function demandFormTokens(app: HttpServer, key: string): void {
  const secret = createHmac('sha256', key).update('form tokens').digest('base64url')
  app.decorate('formToken', (asker) => {
    const session = sessionOf(asker)
    return session === null ? null : tokens.create(secret, session)
  })

  app.addHook('preValidation', async (request) => {
    const inField = takeField(request.body)
    const session = sessionOf(request.asker)
    if (isRead(request.method) || session === null) return
    const isRight = (token: unknown) => typeof token === 'string' && tokens.verify(secret, token, session)
    const given = request.headers['x-csrf-token'] ?? inField
    if (given === undefined && readsParts(request)) return checkFirstPart(request, isRight)
    if (!isRight(given)) throw errors.fail('csrf')
  })
}

function sessionOf(asker: Asker | null): string | null {
  if (asker?.via !== 'session') return null
  if (!asker.sessionId) throw new Error('A session has no id, so its forms can have no tokens.')
  return asker.sessionId
}

/** Takes the token out, so that the route's schema needn't know it. */
function takeField(body: unknown): unknown {
  if (!body || typeof body !== 'object' || !(tokenField in body)) return undefined
  const token = body[tokenField]
  delete body[tokenField]
  return token
}

const readsParts = (request: FastifyRequest) =>
  request.routeOptions.config.fileField !== undefined && request.isMultipart()

/** Multipart is read by its route as it comes: the token is looked at there, before anything behind it. */
function checkFirstPart(request: FastifyRequest, isRight: (token: unknown) => boolean): void {
  const parts = request.parts.bind(request)
  request.parts = async function* checked(...options) {
    let checked = false
    for await (const part of parts(...options)) {
      if (!checked && !(part.type === 'field' && part.fieldname === tokenField && isRight(part.value))) {
        throw errors.fail('csrf')
      }
      if (checked) yield part
      checked = true
    }
  }
}
