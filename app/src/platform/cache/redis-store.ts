import { Cluster, Redis } from 'ioredis'
import type { Address } from './entry.ts'
import { Line, type LineParts, type Patience } from './line.ts'
import type { CacheStore } from './store.ts'

/** Where a Redis is: one server, one that sentinels name, or a cluster. */
export type RedisPlace =
  | { kind: 'single'; url: string }
  | {
      kind: 'sentinel'
      sentinels: Address[]
      master: string
      db: number
      username: string | undefined
      password: string | undefined
      sentinelPassword: string | undefined
    }
  | { kind: 'cluster'; nodes: Address[]; username: string | undefined; password: string | undefined }

type Client = Redis | Cluster

/** In Redis, which forgets values by itself when their time is over. */
export function redisStore(place: RedisPlace, patience: Patience): CacheStore {
  const line = new Line(lineTo(place, patience.timeout), patience)
  return {
    get: (key) => line.ask((client) => client.getBuffer(key)),
    async set(key, value, lifetime) {
      await line.ask((client) => client.set(key, value, 'PX', lifetime))
    },
    async delete(key) {
      await line.ask((client) => client.del(key))
    },
    close: async () => line.close(),
  }
}

function lineTo(place: RedisPlace, timeout: number): LineParts<Client> {
  const lastErrors = new WeakMap<Client, string>()
  return {
    name: nameOf(place),
    connect() {
      const client = connect(place, timeout)
      // Without a listener each is printed. What is asked fails with "Connection is closed.", which tells nothing.
      client.on('error', (error: Error) => lastErrors.set(client, error.message))
      return client
    },
    // It asks for no reconnection: the next asker makes a new one.
    usable: ({ status }) => !['close', 'end', 'disconnecting'].includes(status),
    discard: (client) => client.disconnect(),
    isAnswer: (error) => error instanceof Error && error.name === 'ReplyError' && /^OOM /.test(error.message),
    reason: (error, client) =>
      lastErrors.get(client) ?? (error instanceof Error ? error.message : String(error)),
  }
}

function connect(place: RedisPlace, timeout: number): Client {
  const once = { connectTimeout: timeout, maxRetriesPerRequest: 0, retryStrategy: null }
  switch (place.kind) {
    case 'single':
      return new Redis(place.url, once)
    case 'sentinel': {
      const { sentinels, master, db, username, password, sentinelPassword } = place
      return new Redis({
        ...once,
        ...given({ username, password, sentinelPassword }),
        sentinels,
        name: master,
        db,
        sentinelRetryStrategy: () => null,
      })
    }
    case 'cluster': {
      const { nodes, username, password } = place
      return new Cluster(nodes, {
        redisOptions: { connectTimeout: timeout, ...given({ username, password }) },
        slotsRefreshTimeout: timeout,
        clusterRetryStrategy: () => null,
      })
    }
  }
}

/** Without what is undefined: to the library that is a value. */
const given = <Fields extends Record<string, string | undefined>>(fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

function nameOf(place: RedisPlace): string {
  if (place.kind === 'single') return new URL(place.url).host
  const addresses = place.kind === 'sentinel' ? place.sentinels : place.nodes
  const named = addresses.map(({ host, port }) => `${host}:${port}`).join(', ')
  return place.kind === 'sentinel' ? `${place.master} of ${named}` : named
}
