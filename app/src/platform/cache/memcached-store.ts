import { createHash } from 'node:crypto'
import { Client, Server } from 'memjs'
import type { Address } from './entry.ts'
import { Line, type LineParts, type Patience } from './line.ts'
import type { CacheStore } from './store.ts'

export interface MemcachedPlace {
  servers: Address[]
  /** For SASL. */
  login: { username: string; password: string } | null
}

/** What a server takes by default is 1 MiB with the key and what it notes beside it. */
export const largestItem = 1_000_000

const month = 30 * 24 * 3_600

/** In memcached; a value over 1 MB finds no room there. Of several servers, each key has its own. */
export function memcachedStore({ servers, login }: MemcachedPlace, patience: Patience): CacheStore {
  const lines = servers.map((server) => new Line(lineTo(server, login), patience))
  const lineOf = (key: string) => {
    const line = lines[createHash('sha256').update(key).digest().readUInt32BE() % lines.length]
    if (!line) throw new Error('There is no memcached server.')
    return line
  }
  const remove = async (key: string) => {
    await lineOf(key).ask((client) => client.delete(key))
  }
  return {
    get: (key) => lineOf(key).ask(async (client) => (await client.get(key)).value),
    async set(key, value, lifetime) {
      // What it refuses leaves what was there before.
      if (value.length > largestItem) return remove(key)
      await lineOf(key).ask((client) => client.set(key, value, { expires: expiry(lifetime) }))
    },
    delete: remove,
    async close() {
      for (const line of lines) line.close()
    },
  }
}

/** Seconds; past a month memcached reads them as a moment of the calendar. */
function expiry(lifetime: number): number {
  const seconds = Math.ceil(lifetime / 1_000)
  return seconds <= month ? seconds : Math.floor(Date.now() / 1_000) + seconds
}

function lineTo({ host, port }: Address, login: MemcachedPlace['login']): LineParts<Client> {
  return {
    name: `${host}:${port}`,
    connect() {
      // No time-outs of its own, after which it goes on with a connection whose answers are out of step.
      const options = { timeout: 0, conntimeout: 0 }
      const server = new Server(host, port, login?.username, login?.password, options)
      // It would take a login of the environment's, whoever that is meant for.
      if (!login) Object.assign(server, { username: undefined, password: undefined })
      return new Client([server], { retries: 1, logger: { log() {} } })
    },
    usable: () => true,
    discard(client) {
      for (const server of client.servers) server.error(new Error('The connection was given up.'))
    },
    isAnswer: (error) => error instanceof Error && error.message.startsWith('MemJS '),
    reason: (error) => (error instanceof Error ? error.message : String(error)),
  }
}
