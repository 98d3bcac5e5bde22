import { createConnection, createServer, type Server, type Socket } from 'node:net'

interface Way {
  near: Socket
  far: Socket
  loses: Loses
}

/** What is taken and not passed on, with neither side told: nothing, the database's answers, or all. */
type Loses = 'nothing' | 'answers' | 'all'

/** One program's way to the database: it can be cut, or go half open, as a lost network does. */
export class Network {
  readonly url: string
  readonly #server: Server
  readonly #ways = new Set<Way>()
  #refuses = false
  #loses: Loses = 'nothing'

  static async open(target: string): Promise<Network> {
    const { hostname, port } = new URL(target)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (!address || typeof address === 'string') throw new Error('The proxy has no port.')
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String(address.port)
    return new Network(url.href, server, { host: hostname, port: Number(port) })
  }

  private constructor(url: string, server: Server, target: { host: string; port: number }) {
    this.url = url
    this.#server = server
    server.on('connection', (near) => {
      if (this.#refuses) return void near.destroy()
      const far = createConnection(target)
      const way: Way = { near, far, loses: this.#loses }
      this.#ways.add(way)
      this.#join(way, near, far)
      this.#join(way, far, near)
    })
  }

  /** Ends every connection, and refuses new ones. */
  cut(): void {
    this.#refuses = true
    this.#endAll()
  }

  /** From now on all is lost, or what the database answers; on the connections there are and on new ones. */
  lose(what: 'answers' | 'all'): void {
    this.#loses = what
    for (const way of this.#ways) way.loses = what
  }

  /** Loses all of one connection alone. */
  loseOne(choose: (count: number) => number): void {
    const ways = [...this.#ways]
    const way = ways[choose(ways.length)]
    if (way) way.loses = 'all'
  }

  /** Lets all through again. A connection that lost something can not go on, and ends. */
  mend(): void {
    this.#refuses = false
    this.#loses = 'nothing'
    for (const way of this.#ways) {
      if (way.loses === 'nothing') continue
      this.#ways.delete(way)
      end(way)
    }
  }

  close(): void {
    this.#server.close()
    this.#endAll()
  }

  #join(way: Way, from: Socket, to: Socket): void {
    from.on('data', (data) => {
      const lost = way.loses === 'all' || (way.loses === 'answers' && from === way.far)
      if (!lost) to.write(data)
    })
    from.on('error', () => {})
    from.on('close', () => {
      // Of an end nobody is told either.
      if (way.loses !== 'nothing') return
      this.#ways.delete(way)
      to.destroy()
    })
  }

  #endAll(): void {
    for (const way of this.#ways) end(way)
    this.#ways.clear()
  }
}

function end({ near, far }: Way): void {
  near.destroy()
  far.destroy()
}
