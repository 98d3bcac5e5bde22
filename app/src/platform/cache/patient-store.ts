import { Line, type Patience } from './line.ts'
import type { CacheStore } from './store.ts'

/** A store that is no server, and may hang or fail all the same, such as a folder of another machine. */
export function patiently(name: string, store: CacheStore, patience: Patience): CacheStore {
  const line = new Line<CacheStore>(
    {
      name,
      connect: () => store,
      usable: () => true,
      discard() {},
      isAnswer: () => false,
      reason: (error) => (error instanceof Error ? error.message : String(error)),
    },
    patience,
  )
  return {
    get: (key) => line.ask((asked) => asked.get(key)),
    set: (key, value, lifetime) => line.ask((asked) => asked.set(key, value, lifetime)),
    delete: (key) => line.ask((asked) => asked.delete(key)),
    async close() {
      line.close()
      await store.close()
    },
  }
}
