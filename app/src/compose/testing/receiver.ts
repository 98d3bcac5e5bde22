import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A receiver of reports and traces: keeps what comes, and answers, hangs, or is gone. */
export interface Receiver {
  port: number
  received: Received[]
  /** Connections that are open now. */
  open(): Promise<number>
  hang(): void
  gone(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let hanging = false
  const server = createServer(async (request, response) => {
    // It reads nothing and says nothing.
    if (hanging) return
    received.push({ path: request.url ?? '', headers: request.headers, body: await text(request) })
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = addressOf(server.address())
  return {
    port,
    received,
    open: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    hang() {
      hanging = true
    },
    async gone() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address && typeof address === 'object') return address
  throw new Error('The receiver has no port.')
}
