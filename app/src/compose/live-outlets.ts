import type { IncomingMessage } from 'node:http'
import { attachSocket, liveEvents, type Sees, type Topic, type WhileAllowed } from '../live/index.ts'
import type { Asker } from '../platform/accounts/asker.ts'
import type { Permission } from '../platform/accounts/permissions.ts'
import type { Context } from '../platform/context.ts'
import { HttpError } from '../platform/errors/index.ts'
import { guard, type HttpServer, hostName, isOwnHost, judge } from '../platform/http/index.ts'
import type { Metrics } from '../platform/metrics/index.ts'

/** What one must be allowed to, to hear of a topic; what isn't named is for administrators. */
const needed: { [topic in Topic]?: Permission } = {
  jobs: 'jobs.read',
  files: 'files.read',
  logs: 'logs.read',
}

/** Both ways in which browsers and programs receive live events: each connection hears what its user may see. */
export async function addLiveOutlets(
  app: HttpServer,
  { config, live, log, accounts }: Context,
  { liveOpened }: Pick<Metrics, 'liveOpened'>,
): Promise<void> {
  const connected = new WeakMap<IncomingMessage, Asker>()
  // Socket.IO takes its requests before the server's own checks do.
  const authorize = async (request: IncomingMessage) => {
    if (!isOwnHost(hostName(request.headers.host), config)) return null
    const asker = await app.whoAsks(request)
    if (!asker) return null
    connected.set(request, asker)
    return seesOf(asker)
  }
  const askerOf = (request: IncomingMessage) => connected.get(request) ?? null
  const whileAllowed =
    (kind: 'socket' | 'sse'): WhileAllowed =>
    (request, end) => {
      const asker = askerOf(request)
      if (!asker) throw new Error('A live connection was opened for nobody.')
      const forget = accounts.whileAllowed(asker, end)
      const closed = liveOpened(kind)
      return () => {
        forget()
        closed()
      }
    }
  const socket = attachSocket(app.server, live, {
    log,
    browserLog: log.child({ source: 'browser' }),
    authorize,
    whileAllowed: whileAllowed('socket'),
    csrfTokens: (request) => formTokens(app, askerOf(request)),
  })
  app.addHook('preClose', async () => socket.close())
  // Whose form was refused gets a fresh token, on all of that session's connections and nobody else's.
  app.addHook('onError', async ({ asker }, _reply, error) => {
    if (!(error instanceof HttpError) || error.code !== 'csrf' || !asker?.sessionId) return
    await socket.renewCsrf((request) => askerOf(request)?.sessionId === asker.sessionId)
  })
  await app.register(liveEvents, {
    live,
    authorize,
    whileAllowed: whileAllowed('sse'),
    config: { guard: guard.signedIn, uncounted: true },
  })
}

function seesOf(asker: Asker): Sees {
  return ({ topic }) => {
    const permission = needed[topic]
    return judge(permission ? guard.may(permission) : guard.role('admin'), asker).status === 200
  }
}

/** One for each form that there is. */
function formTokens(app: HttpServer, asker: Asker | null) {
  const token = app.formToken(asker)
  return token === null ? [] : [{ process: 'processingFile' as const, token }]
}
