import type { CacheStore } from './store.ts'

/** Keeps nothing. */
export const nullStore: CacheStore = {
  get: async () => null,
  set: async () => {},
  delete: async () => {},
  close: async () => {},
}
