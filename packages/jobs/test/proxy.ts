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
  /** Leaves the connections that sent a plain statement with this text half open: nothing passes, nobody is told. */
  silence(text: string): void
  /** Passes the next statement with this text on, and cuts its connection instead of passing on the answer. */
  swallow(text: string): void
}

export interface ProxyOptions {
  /** Keeps notifications to itself, as a pooler in transaction mode does. */
  deaf?: boolean
}

/** Makes proxies, and closes them after each test. */
export function proxies(target: () => string): (options?: ProxyOptions) => Promise<Proxy> {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
  })
  return async (options = {}) => {
    const { proxy, close } = await open(new URL(target()), options)
    closers.push(close)
    return proxy
  }
}

async function open(
  target: URL,
  { deaf = false }: ProxyOptions,
): Promise<{ proxy: Proxy; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const plain = new Map<Socket, { statements: string; answers: Socket }>()
  const silent = new WeakSet<Socket>()
  let whole = true
  let statements = 0
  let swallowed: string | null = null
  const doomed = new WeakSet<Socket>()
  const server = createServer((socket) => {
    if (!whole) return void socket.destroy()
    const onward = createConnection({ host: target.hostname, port: Number(target.port) })
    const asked = messages(false)
    const sent = { statements: '', answers: onward }
    plain.set(socket, sent)
    socket.on('close', () => plain.delete(socket))
    join(socket, onward, (data) => {
      const parts = asked(data)
      statements += parts.filter(endsStatement).length
      if (swallowed !== null && parts.some((part) => part.includes(swallowed ?? ''))) {
        doomed.add(onward)
        swallowed = null
      }
      for (const part of parts) if (part[0] === plainStatement) sent.statements += part.toString('latin1', 5)
      return data
    })
    const answered = messages(true)
    join(onward, socket, (data) => (deaf ? Buffer.concat(answered(data).filter(isNoNotification)) : data))
  })
  function join(from: Socket, to: Socket, pass: (data: Buffer) => Buffer): void {
    sockets.add(from)
    from.on('data', (data: Buffer) => {
      if (doomed.has(from)) return void from.destroy()
      if (!silent.has(from)) to.write(pass(data))
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
    swallow(text) {
      swallowed = text
    },
    silence(text) {
      for (const [socket, { statements, answers }] of plain) {
        if (statements.includes(text)) silent.add(socket).add(answers)
      }
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

const plainStatement = 0x51
/** Query or Sync: one of them ends each statement that is sent. */
const endsStatement = (message: Buffer) => message[0] === 0x51 || message[0] === 0x53
const isNoNotification = (message: Buffer) => message[0] !== 0x41

/** Cuts what one side of a connection sends into its messages. A client's first, of the connection's start, has no type. */
function messages(started: boolean): (data: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0)
  return (data) => {
    rest = Buffer.concat([rest, data])
    const whole: Buffer[] = []
    for (;;) {
      const type = started ? 1 : 0
      if (rest.length < type + 4) return whole
      const end = type + rest.readInt32BE(type)
      if (rest.length < end) return whole
      whole.push(started ? rest.subarray(0, end) : Buffer.alloc(0))
      started = true
      rest = rest.subarray(end)
    }
  }
}
