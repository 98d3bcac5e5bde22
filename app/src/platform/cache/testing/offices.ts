import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../settings/index.ts'
import { type Machine, type Office, openOffice } from '../../settings/testing/office.ts'
import { createCache } from '../create.ts'
import type { Cache, CacheType } from '../index.ts'

export interface CacheMachine {
  machine: Machine
  /** Writes `_cache_config.json`. */
  configure(options: object): Promise<void>
  /** A process of the program on this machine. */
  process(
    environment?: Record<string, string>,
    more?: { secret?: string; rest?: number },
  ): Promise<CacheProcess>
}

export interface CacheProcess {
  cache: Cache
  settings: Settings
  log: string[]
}

/** Machines whose processes share a database, each with its caches. */
export interface CacheOffice {
  office: Office
  machine(): Promise<CacheMachine>
  close(): Promise<void>
}

export async function openCacheOffice(): Promise<CacheOffice> {
  const office = await openOffice()
  const caches: Cache[] = []
  return {
    office,
    async machine() {
      const machine = await office.machine()
      return {
        machine,
        configure: (options) => writeFile(join(machine.home, '_cache_config.json'), JSON.stringify(options)),
        async process(environment = {}, { secret = 'of this test alone', rest = 50 } = {}) {
          const settings = await machine.process(environment)
          const log: string[] = []
          const note = (...said: unknown[]) => void log.push(said.map(String).join(' '))
          const { home } = machine
          const cache = createCache({
            config: { home },
            settings,
            secret,
            log: { info: note, warn: note },
            folder: join(home, 'elsewhere'),
            rest,
          })
          caches.push(cache)
          return { cache, settings, log }
        },
      }
    },
    async close() {
      await Promise.all(caches.map((cache) => cache.close()))
      await office.close()
    },
  }
}

/** The environment that fixes the type. */
export const fixed = (type: CacheType) => ({ CACHE_TYPE: type })
