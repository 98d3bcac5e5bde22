import { isAbsolute, join } from 'node:path'
import type { Entry } from './entry.ts'
import type { Patience } from './line.ts'
import type { MemcachedPlace } from './memcached-store.ts'
import { nullStore } from './null-store.ts'
import type { RedisPlace } from './redis-store.ts'
import type { CacheStore } from './store.ts'
import type { CacheType } from './types.ts'

export interface OpenParts extends Patience {
  /** Of the program. */
  home: string
}

/** A type of cache: what its entry holds, and how it is opened. */
interface Kind {
  /** An entry to begin with; null where none is needed. */
  sample: Record<string, unknown> | null
  /** Milliseconds, where the entry says nothing. */
  timeout: number
  /** Asks the entry for its options; throws an Error where one is wrong. Nothing is connected or loaded before it is opened. */
  read(entry: Entry): (parts: OpenParts) => Promise<CacheStore>
}

/** Half a second: who waits for a page hardly sees it, and a server that is there needs a hundredth of it. */
const serverTimeout = 500
/** A disk may have much else to do. */
const diskTimeout = 2_000

const megabyte = 1_000_000
const room = { least: megabyte, most: 1_000_000 * megabyte }

export const kinds: Record<CacheType, Kind> = {
  NullCache: { sample: null, timeout: diskTimeout, read: () => async () => nullStore },
  SimpleCache: {
    sample: null,
    timeout: diskTimeout,
    read(entry) {
      const maxBytes = entry.whole('max_bytes', { ...room, fallback: 64 * megabyte })
      return async () => (await import('./simple-store.ts')).simpleStore({ maxBytes })
    },
  },
  FileSystemCache: {
    sample: null,
    timeout: diskTimeout,
    read(entry) {
      const maxBytes = entry.whole('max_bytes', { ...room, fallback: 256 * megabyte })
      const given = entry.optionalText('folder')
      if (given !== undefined && !isAbsolute(given)) throw new Error('folder must be an absolute path')
      return async (parts) => {
        const { fileSystemStore } = await import('./file-system-store.ts')
        const { patiently } = await import('./patient-store.ts')
        const folder = given ?? join(parts.home, 'cache')
        return patiently(folder, fileSystemStore({ folder, maxBytes }), parts)
      }
    },
  },
  RedisCache: {
    sample: { url: 'redis://127.0.0.1:6379/0' },
    timeout: serverTimeout,
    read: (entry) => redis({ kind: 'single', url: entry.url('url', ['redis:', 'rediss:']) }),
  },
  RedisSentinelCache: {
    sample: { sentinels: ['127.0.0.1:26379'], master: 'mymaster' },
    timeout: serverTimeout,
    read: (entry) =>
      redis({
        kind: 'sentinel',
        sentinels: entry.addresses('sentinels', 26_379),
        master: entry.text('master'),
        db: entry.whole('db', { least: 0, most: 1_000, fallback: 0 }),
        username: entry.optionalText('username'),
        password: entry.optionalText('password'),
        sentinelPassword: entry.optionalText('sentinel_password'),
      }),
  },
  RedisClusterCache: {
    sample: { nodes: ['127.0.0.1:7000', '127.0.0.1:7001', '127.0.0.1:7002'] },
    timeout: serverTimeout,
    read: (entry) =>
      redis({
        kind: 'cluster',
        nodes: entry.addresses('nodes', 6_379),
        username: entry.optionalText('username'),
        password: entry.optionalText('password'),
      }),
  },
  MemcachedCache: {
    sample: { servers: ['127.0.0.1:11211'] },
    timeout: serverTimeout,
    read: (entry) => memcached({ servers: entry.addresses('servers', 11_211), login: null }),
  },
  SASLMemcachedCache: {
    sample: { servers: ['127.0.0.1:11211'], username: 'factotum', password: 'its password' },
    timeout: serverTimeout,
    read: (entry) => memcached(saslPlace(entry)),
  },
  SpreadSASLMemcachedCache: {
    sample: { servers: ['127.0.0.1:11211'], username: 'factotum', password: 'its password' },
    timeout: serverTimeout,
    read(entry) {
      const open = memcached(saslPlace(entry))
      return async (parts) => (await import('./spread-store.ts')).spreadOver(await open(parts))
    },
  },
}

const redis = (place: RedisPlace) => async (parts: OpenParts) =>
  (await import('./redis-store.ts')).redisStore(place, parts)

const memcached = (place: MemcachedPlace) => async (parts: OpenParts) =>
  (await import('./memcached-store.ts')).memcachedStore(place, parts)

const saslPlace = (entry: Entry): MemcachedPlace => ({
  servers: entry.addresses('servers', 11_211),
  login: { username: entry.text('username'), password: entry.text('password') },
})
