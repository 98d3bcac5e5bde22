import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Server } from 'socket.io'

/**
 * Lets all frames of one flush to a WebSocket leave in one write. Each alone is a system call, and hundreds
 * of clients at a thousand events a second are too many of these.
 */
export function corkFlushes(server: HttpServer, engine: Server['engine']): void {
  const bySession = new Map<string, Duplex>()
  const byRequest = new WeakMap<IncomingMessage, Duplex>()

  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    // A connection that began by polling names its session; one that began as a WebSocket is this request's.
    const session = new URLSearchParams(request.url?.split('?')[1]).get('sid')
    if (session === null) byRequest.set(request, socket)
    else {
      bySession.set(session, socket)
      socket.once('close', () => {
        if (bySession.get(session) === socket) bySession.delete(session)
      })
    }
  })

  engine.on('connection', (connection) => {
    const id: string = connection.id
    const request: IncomingMessage = connection.request
    let corked: Duplex | undefined
    connection.on('flush', () => {
      if (connection.transport.name !== 'websocket') return
      corked = byRequest.get(request) ?? bySession.get(id)
      corked?.cork()
    })
    connection.on('drain', () => {
      corked?.uncork()
      corked = undefined
    })
  })
}
