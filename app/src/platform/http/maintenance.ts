import type { FastifyRequest } from 'fastify'
import { may } from '../accounts/permissions.ts'
import { errors } from '../errors/index.ts'
import type { HttpServer } from './index.ts'

/** Seconds after which whoever was refused may ask again. */
const retryAfter = 60

/** First parts of the paths that answer meanwhile: how the program is, and the way in for who can end it. */
const answering = new Set(['health', 'status', 'metrics', 'assets', 'theme', 'signin', 'signout'])

/**
 * While `isOn`, everybody is told to come later, but for who may change the settings: they can end it. It stands before
 * the guards, so that nobody is led to sign in for nothing.
 */
export function holdForMaintenance(app: HttpServer, isOn: () => boolean): void {
  app.addHook('onRequest', async (request) => {
    if (!isOn() || answering.has(firstPart(request))) return
    if (may(await whoAsks(app, request), 'settings.edit')) return
    throw errors.fail('maintenance', {}, { retry_after: retryAfter })
  })
}

const firstPart = ({ url }: FastifyRequest) => /^\/([^/?]*)/.exec(url)?.[1] ?? ''

/** Where nobody can be looked up, nobody is let in: the database may be what is worked on. */
async function whoAsks(app: HttpServer, { raw, log }: FastifyRequest) {
  try {
    return await app.whoAsks(raw)
  } catch (error) {
    log.warn({ err: error }, 'who asks during maintenance could not be looked up')
    return null
  }
}
