import { LRUCache } from 'lru-cache'
import type { CacheStore } from './store.ts'

/** What an entry costs beside its bytes, about. */
const overhead = 200

/** In the memory of this process alone. Past `maxBytes`, what was not asked for longest goes. */
export function simpleStore({ maxBytes }: { maxBytes: number }): CacheStore {
  const kept = new LRUCache<string, Buffer>({
    maxSize: maxBytes,
    sizeCalculation: (value, key) => value.length + key.length + overhead,
  })
  return {
    get: async (key) => kept.get(key) ?? null,
    async set(key, value, lifetime) {
      // One that is larger than all the room is left out, and what was there with it.
      kept.set(key, value, { ttl: lifetime })
    },
    async delete(key) {
      kept.delete(key)
    },
    async close() {
      kept.clear()
    },
  }
}
