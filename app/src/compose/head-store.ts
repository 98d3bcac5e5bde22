import type { HeadStore } from '../eventlog/index.ts'
import type { Storage } from '../platform/storage/index.ts'

const folder = 'events/heads'

/** The files with heads stand in the storage, for good. */
export function headStore(storage: Storage): HeadStore {
  const keyOf = (name: string) => `${folder}/${name}`
  return {
    put: (name, data) => storage.put(keyOf(name), data),
    async read(name) {
      return (await storage.size(keyOf(name))) === null ? null : storage.read(keyOf(name))
    },
    async *list() {
      for await (const { key } of storage.list(folder)) yield key.slice(folder.length + 1)
    },
  }
}
