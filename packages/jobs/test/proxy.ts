import { createConnection, createServer, type Socket } from 'node:net'
import { afterEach } from 'vitest'

/** A way to the database that can be cut, and that counts what is sent over it. */
export interface Proxy {
  url: string
  /** Statements sent so far. */
  statements(): number
  /** Cuts every connection, and refuses new ones. */
  cut(): void
  mend(): void
}

/** Makes proxies, and closes them after each test. */
export function proxies(target: () => string): () => Promise<Proxy> {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
  })
  return async () => {
    const { proxy, close } = await open(new URL(target()))
    closers.push(close)
    return proxy
  }
}

async function open(target: URL): Promise<{ proxy: Proxy; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  let whole = true
  let statements = 0
  const server = createServer((socket) => {
    if (!whole) return void socket.destroy()
    const onward = createConnection({ host: target.hostname, port: Number(target.port) })
    const count = statementCounter()
    join(socket, onward, (data) => {
      statements += count(data)
    })
    join(onward, socket, () => {})
  })
  function join(from: Socket, to: Socket, see: (data: Buffer) => void): void {
    sockets.add(from)
    from.on('data', (data: Buffer) => {
      see(data)
      to.write(data)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The proxy has no port.')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(address.port)
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy: Proxy = {
    url: url.href,
    statements: () => statements,
    cut() {
      whole = false
      cutAll()
    },
    mend() {
      whole = true
    },
  }
  return {
    proxy,
    close() {
      cutAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Counts the messages Query and Sync of one connection: one of them ends each statement that is sent. */
function statementCounter(): (data: Buffer) => number {
  let rest = Buffer.alloc(0)
  let started = false
  return (data) => {
    rest = Buffer.concat([rest, data])
    let count = 0
    for (;;) {
      // The first message, of the connection's start, has no type.
      const type = started ? 1 : 0
      if (rest.length < type + 4) return count
      const end = type + rest.readInt32BE(type)
      if (rest.length < end) return count
      if (started && (rest[0] === 0x51 || rest[0] === 0x53)) count++
      started = true
      rest = rest.subarray(end)
    }
  }
}
