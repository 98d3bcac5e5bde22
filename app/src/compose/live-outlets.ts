import type { IncomingMessage } from 'node:http'
import { attachSocket, liveEvents } from '../live/index.ts'
import type { Context } from '../platform/context.ts'
import { csrfToken, type HttpServer, hostName, isOwnHost } from '../platform/http/index.ts'

/** Both ways in which browsers and programs receive live events. */
export async function addLiveOutlets(app: HttpServer, { config, live, log }: Context): Promise<void> {
  // Socket.IO takes its requests before the server's own checks do.
  const authorize = ({ headers }: IncomingMessage) =>
    isOwnHost(hostName(headers.host), config.host) ? () => true : null
  const socket = attachSocket(app.server, live, {
    log,
    browserLog: log.child({ source: 'browser' }),
    authorize,
    csrfTokens: formTokens,
  })
  app.addHook('preClose', async () => socket.close())
  await app.register(liveEvents, { live, authorize })
}

/** One for each form that there is. */
function formTokens(request: IncomingMessage) {
  const token = csrfToken(request)
  return token === null ? [] : [{ process: 'processingFile' as const, token }]
}
