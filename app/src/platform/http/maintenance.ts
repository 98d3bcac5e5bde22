import type { FastifyRequest } from 'fastify'
import { may } from '../accounts/permissions.ts'
import { errors } from '../errors/index.ts'
import type { HttpServer } from './index.ts'
import { whoAsksOrNobody } from './who-asks.ts'

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
    // The database may be what is worked on: then nobody can be looked up, and nobody passes.
    if (may(await whoAsksOrNobody(app, request), 'settings.edit')) return
    throw errors.fail('maintenance', {}, { retry_after: retryAfter })
  })
}

const firstPart = ({ url }: FastifyRequest) => /^\/([^/?]*)/.exec(url)?.[1] ?? ''
