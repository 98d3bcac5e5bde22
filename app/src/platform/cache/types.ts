/** The kinds of cache, as `CACHE_TYPE` names them. */
export const cacheTypes = [
  'NullCache',
  'SimpleCache',
  'FileSystemCache',
  'RedisCache',
  'RedisSentinelCache',
  'RedisClusterCache',
  'MemcachedCache',
  'SASLMemcachedCache',
  'SpreadSASLMemcachedCache',
] as const

export type CacheType = (typeof cacheTypes)[number]

/** How they were called once. */
const oldNames: Record<string, CacheType> = {
  null: 'NullCache',
  simple: 'SimpleCache',
  filesystem: 'FileSystemCache',
  redis: 'RedisCache',
  redissentinel: 'RedisSentinelCache',
  rediscluster: 'RedisClusterCache',
  memcached: 'MemcachedCache',
  gaememcached: 'MemcachedCache',
  saslmemcached: 'SASLMemcachedCache',
  spreadsaslmemcached: 'SpreadSASLMemcachedCache',
}

const known = new Map<string, CacheType>([
  ...cacheTypes.map((type) => [type, type] as const),
  ...Object.entries(oldNames),
])

/** The type of this name, also of an old one. */
export const cacheTypeOf = (name: string): CacheType | undefined => known.get(name.trim())

/** @throws Error that ends the sentence "CACHE_TYPE …" */
export function readCacheType(value: unknown): CacheType {
  const name = typeof value === 'string' ? value.trim() : ''
  const type = cacheTypeOf(name)
  if (type) return type
  if (name === 'UWSGICache' || name === 'uwsgi') {
    throw new Error(
      'can not be UWSGICache: that is the cache of a Python server, uWSGI; use SimpleCache or MemcachedCache',
    )
  }
  const given = (JSON.stringify(value) ?? 'nothing').slice(0, 60)
  throw new Error(`must be one of ${cacheTypes.join(', ')}, not ${given}`)
}
