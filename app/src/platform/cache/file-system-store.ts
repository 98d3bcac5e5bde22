import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import cacache from 'cacache'
import { expiryOf, removeEntry, Sweeper, share } from './file-system-sweeper.ts'
import type { CacheStore } from './store.ts'

/**
 * In files of this machine, which any number of processes share. Content is named by its digest and checked when it is
 * read: a damaged file is nothing. Past `maxBytes` the oldest go, at the latest once a quarter of it was written.
 */
export function fileSystemStore({
  folder: within,
  maxBytes,
}: {
  folder: string
  maxBytes: number
}): CacheStore {
  // A folder of its own: sweeping clears away what it doesn't know.
  const folder = join(within, 'factotum-cache')
  const sweeper = new Sweeper(folder, maxBytes)
  return {
    async get(key) {
      try {
        const { data, metadata } = await cacache.get(folder, key, { memoize: false })
        return expiryOf(metadata) > Date.now() ? data : null
      } catch (error) {
        if (isMiss(error)) return null
        throw error
      }
    },
    async set(key, value, lifetime) {
      if (value.length > maxBytes / share) {
        await remove(folder, key)
        return
      }
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Written over, its bytes would stay without a name.
      await remove(folder, key)
      await cacache.put(folder, key, value, {
        metadata: { expiresAt: Date.now() + lifetime },
        memoize: false,
      })
      sweeper.wrote(value.length)
    },
    delete: (key) => remove(folder, key),
    close: () => sweeper.close(),
  }
}

async function remove(folder: string, key: string): Promise<void> {
  const entry = await cacache.get.info(folder, key)
  if (entry) await removeEntry(folder, entry)
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Not there, being written anew, or damaged. */
const isMiss = (error: unknown) => ['ENOENT', 'EINTEGRITY', 'EBADSIZE'].includes(String(codeOf(error)))
