import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { BrowserLog } from './browser-log.ts'
import type { DropReason } from './event-stream.ts'
import type { Authorize, Live, LiveSink, Logger, Sees, WhileAllowed } from './live.ts'
import { type CsrfDetail, topics as known, type Topic } from './messages.ts'
import { isOwnOrigin } from './origin.ts'
import { corkFlushes } from './socket-cork.ts'
import { sendEvents } from './socket-packets.ts'
import { parseTopics } from './topics.ts'

/** How long the last bytes may take, in milliseconds. */
const farewell = 2_000

export interface SocketOptions {
  log: Logger
  /** Where browsers' lines go: a log that names `browser` as their source. */
  browserLog: Logger
  /** What a connection's user may see; default: everything. */
  authorize?: Authorize
  /** Default: a connection may stay for as long as it likes. */
  whileAllowed?: WhileAllowed
  /** The tokens of a connection's forms, sent to it on connecting; default: none. */
  csrfTokens?: (request: IncomingMessage) => CsrfDetail[] | Promise<CsrfDetail[]>
}

export interface SocketOutlet {
  /** Sends fresh tokens to the connections of this process that `whose` chooses. */
  renewCsrf(whose: (request: IncomingMessage) => boolean): Promise<void>
  /** Disconnects everybody. Before the HTTP server closes, which waits for them. */
  close(): void
}

/** Serves Socket.IO on the server: see docs/reference/live.md for what clients receive and send. */
export function attachSocket(server: HttpServer, live: Live, options: SocketOptions): SocketOutlet {
  const { log, authorize = () => () => true, whileAllowed, csrfTokens = () => [] } = options
  const admitted = new WeakMap<IncomingMessage, Sees>()
  const browserLog = new BrowserLog(options.browserLog)

  const io: LiveServer = new Server(server, {
    maxHttpBufferSize: 64 * 1024,
    allowRequest(request, answer) {
      admit(request, authorize).then(
        (sees) => {
          if (sees) admitted.set(request, sees)
          answer(null, sees !== null)
        },
        (error) => {
          log.error({ err: error }, 'A Socket.IO connection could not be checked and is refused.')
          answer(null, false)
        },
      )
    },
  })

  corkFlushes(server, io.engine)

  io.use((socket, next) => {
    try {
      socket.data = askedBy(socket.handshake.auth)
      next()
    } catch (error) {
      next(error instanceof Error ? error : new Error('What the connection asks for cannot be read.'))
    }
  })

  io.on('connection', (socket) => {
    socket.on('log', browserLog.forConnection())
    connect(socket).catch((error) => {
      log.warn({ err: error }, 'A Socket.IO connection could not be served.')
      socket.conn.close()
    })
  })

  async function connect(socket: LiveSocket): Promise<void> {
    const sees = admitted.get(socket.request)
    if (!sees) throw new Error('The connection was not admitted.')
    await sendCsrf(socket)
    const subscription = await live.subscribe({ ...socket.data, sees }, sinkOf(socket))
    const forget = whileAllowed?.(socket.request, () => drop(socket, 'revoked', subscription.cursor))
    const leave = () => {
      subscription.close()
      forget?.()
    }
    socket.once('disconnect', leave)
    if (socket.disconnected) return leave()
    // So that a client that is cut off before its first message comes back to here.
    socket.emit('cursor', { cursor: subscription.cursor })
  }

  async function sendCsrf(socket: LiveSocket): Promise<void> {
    for (const detail of await csrfTokens(socket.request)) socket.emit('message', { type: 'csrf', detail })
  }

  return {
    async renewCsrf(whose) {
      const sockets = [...io.of('/').sockets.values()]
      await Promise.all(sockets.filter((socket) => whose(socket.request)).map(sendCsrf))
    },
    close() {
      // Not `io.close`, which closes the HTTP server too; nor `disconnect`, after which clients don't come back.
      io.engine.close()
    },
  }
}

interface Asked {
  topics: Topic[]
  after?: string
}
type NoEvents = Record<never, never>
type LiveServer = Server<ClientEvents, ServerEvents, NoEvents, Asked>
type LiveSocket = Socket<ClientEvents, ServerEvents, NoEvents, Asked>

interface ClientEvents {
  log(line: unknown): void
}
interface ServerEvents {
  message(payload: { type: 'csrf'; detail: CsrfDetail }): void
  cursor(payload: { cursor: string }): void
  reset(payload: { cursor: string }): void
  dropped(payload: { reason: DropReason; cursor: string }): void
}

async function admit(request: IncomingMessage, authorize: Authorize): Promise<Sees | null> {
  return isOwnOrigin(request) ? authorize(request) : null
}

/** @throws LiveError for topics that don't exist */
function askedBy(auth: Record<string, unknown>): Asked {
  const { topics, after } = auth
  return {
    topics: Array.isArray(topics) ? parseTopics(topics.map(String)) : [...known],
    ...(typeof after === 'string' && after !== '' ? { after } : {}),
  }
}

function sinkOf(socket: LiveSocket): LiveSink {
  return {
    events: (batch) => sendEvents(socket.conn, batch),
    reset: (cursor) => {
      socket.emit('reset', { cursor })
    },
    closed: (reason, cursor) => drop(socket, reason, cursor),
  }
}

/** Ends a connection, and tells it why. */
function drop(socket: LiveSocket, reason: DropReason, cursor: string): void {
  socket.emit('dropped', { reason, cursor })
  socket.conn.close()
  setTimeout(() => socket.conn.close(true), farewell).unref()
}
