import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { ConfigError, wrongSettings } from '../config/wrong.ts'
import { ownSettings, type Settings } from '../settings/index.ts'
import { codeMark } from './code-mark.ts'
import { cacheConfigFile, markOf, readCacheOptions } from './config-file.ts'
import { Counts } from './counts.ts'
import type { Cache, CacheFigures, Keeping } from './index.ts'
import { nullStore } from './null-store.ts'
import { hiddenName, seal, unseal } from './seal.ts'
import type { CacheStore } from './store.ts'
import { type CacheType, readCacheType } from './types.ts'

export interface CacheParts {
  config: Pick<Config, 'home'>
  settings: Settings
  /** What values are sealed with. */
  secret: string
  log: Pick<Logger, 'info' | 'warn'>
  /** Where a `_cache_config.json` is looked for before the home; default the current folder. */
  folder?: string
  /** Milliseconds for which a server that did not answer is left alone; default 2 s. */
  rest?: number
}

/** What may wait to be kept: beyond, the server is too slow for what is made. */
const mostWriting = 100
const largestValue = 32_000_000
/** Milliseconds between two looks at the file of options. */
const lookEvery = 1_000

/**
 * A cache that follows the setting; nothing is opened before it is first used.
 *
 * @throws ConfigError when the environment names a type whose options are missing or wrong
 */
export function createCache(parts: CacheParts): Cache {
  const { settings, config, folder = process.cwd() } = parts
  const check = (type: unknown) =>
    void readCacheOptions(cacheConfigFile(config.home, folder), readCacheType(type))
  settings.alsoCheck(ownSettings.cacheType, check)
  const { source, value } = settings.all().find(({ setting }) => setting === ownSettings.cacheType) ?? {}
  if (source === 'environment') {
    try {
      check(value)
    } catch (error) {
      throw new ConfigError(wrongSettings([`CACHE_TYPE ${error instanceof Error ? error.message : error}.`]))
    }
  }
  return new FollowingCache(parts, folder)
}

/** A store that is open, and what it was opened by. */
interface Opened {
  type: CacheType
  mark: string
  namespace: string
  store: Promise<CacheStore>
}

class FollowingCache implements Cache {
  readonly #parts: CacheParts
  readonly #folder: string
  readonly #counts: Counts
  readonly #answering = new Map<string, Promise<string | null>>()
  readonly #writing = new Set<Promise<void>>()
  #opened: Opened | null = null
  #lookedAt = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(parts: CacheParts, folder: string) {
    this.#parts = parts
    this.#folder = folder
    this.#counts = new Counts(parts.log)
  }

  async remember(key: string, keeping: Keeping, make: () => Promise<string | null>): Promise<string | null> {
    const name = JSON.stringify([key, keeping.part])
    const underWay = this.#answering.get(name)
    if (underWay) return underWay
    const answer = this.#answer(key, keeping, make)
    this.#answering.set(name, answer)
    try {
      return await answer
    } finally {
      this.#answering.delete(name)
    }
  }

  async get(key: string, part = ''): Promise<Buffer | null> {
    const { store, name } = await this.#place(key)
    const sealedFor = { secret: this.#parts.secret, key: name, part }
    const sealed = await this.#counts.asking(async () => (await store).get(name))
    const value = sealed && unseal(sealed, sealedFor, Date.now())
    if (sealed !== undefined) this.#counts.found(value !== null)
    return value ?? null
  }

  async set(key: string, value: Uint8Array | string, { lifetime, part = '' }: Keeping): Promise<void> {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    const good = Math.max(1_000, Math.ceil(lifetime))
    const { store, name } = await this.#place(key)
    if (this.#closed || bytes.length > largestValue) return this.#drop(store, name)
    const sealed = seal(bytes, { secret: this.#parts.secret, key: name, part }, Date.now() + good)
    try {
      await (await store).set(name, sealed, good)
      this.#counts.kept()
    } catch {
      await this.#drop(store, name)
    }
  }

  async delete(key: string): Promise<void> {
    const { store, name } = await this.#place(key)
    await (await store).delete(name).catch(() => {})
  }

  figures(): CacheFigures {
    return this.#counts.figures(readCacheType(this.#parts.settings.get(ownSettings.cacheType)))
  }

  async settle(): Promise<void> {
    await Promise.all(this.#writing)
  }

  async close(): Promise<void> {
    await this.settle()
    this.#closed = true
    const opened = this.#opened
    this.#opened = null
    await (await opened?.store)?.close()
  }

  async #answer(key: string, keeping: Keeping, make: () => Promise<string | null>): Promise<string | null> {
    const found = await this.get(key, keeping.part)
    if (found) return found.toString()
    const made = await make()
    if (made === null || this.#writing.size >= mostWriting) return made
    const writing = this.set(key, made, keeping)
    this.#writing.add(writing)
    writing.finally(() => this.#writing.delete(writing))
    return made
  }

  /** An older value under the key would be taken for this one. */
  async #drop(store: Promise<CacheStore>, name: string): Promise<void> {
    this.#counts.dropped()
    await (await store).delete(name).catch(() => {})
  }

  async #place(key: string): Promise<{ store: Promise<CacheStore>; name: string }> {
    const mark = await codeMark()
    const { store, namespace } = this.#current()
    return { store, name: `${namespace}:${hiddenName(this.#parts.secret, mark, key)}` }
  }

  /** What is in force now: the setting, and the options of this machine. */
  #current(): Pick<Opened, 'store' | 'namespace'> {
    if (this.#closed) return { store: Promise.resolve(nullStore), namespace: 'closed' }
    const type = readCacheType(this.#parts.settings.get(ownSettings.cacheType))
    const now = performance.now()
    if (this.#opened?.type === type && now - this.#lookedAt < lookEvery) return this.#opened
    this.#lookedAt = now
    const path = cacheConfigFile(this.#parts.config.home, this.#folder)
    const mark = markOf(path)
    if (this.#opened?.type === type && this.#opened.mark === mark) return this.#opened
    const before = this.#opened
    // What is under way there is given up, and taken for a miss.
    before?.store.then((store) => store.close()).catch(() => {})
    this.#opened = this.#open(path, type, mark)
    if (before) this.#parts.log.info(`the cache is ${type} now`)
    return this.#opened
  }

  #open(path: string, type: CacheType, mark: string): Opened {
    this.#counts.forgetTroubles()
    try {
      const { open, namespace, timeout } = readCacheOptions(path, type)
      const patience = { timeout, rest: this.#parts.rest ?? 2_000, onTrouble: this.#counts.tell }
      const store = open({ ...patience, home: this.#parts.config.home })
      return { type, mark, namespace, store: store.catch((error) => this.#off(error)) }
    } catch (error) {
      return { type, mark, namespace: 'off', store: Promise.resolve(this.#off(error)) }
    }
  }

  /** On another machine there may be the options that are missing here. */
  #off(error: unknown): CacheStore {
    this.#counts.tell('CACHE_TYPE', `it ${error instanceof Error ? error.message : error}`)
    return nullStore
  }
}
