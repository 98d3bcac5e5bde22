import type { CacheType } from './types.ts'

export { type CacheType, cacheTypes } from './types.ts'

/** What a value is kept with. */
export interface Keeping {
  /** Milliseconds for which it is good; at least a second. The cache may forget it sooner. */
  lifetime: number
  /**
   * What one has to know besides the program's secret to read it. Something that is deleted with what the value was made
   * of: then what is left of the value anywhere can't be read any more. Default: nothing.
   */
  part?: string
}

/**
 * Keeps what costs much to make, where `CACHE_TYPE` says. Whatever happens to it, nothing here fails: what it does not
 * answer, or not in time, was not kept.
 *
 * A value is good for as long as its key says: put into the key all that it is made of. What another version of the
 * program made is never answered.
 */
export interface Cache {
  /**
   * What is kept under the key, else what `make` answers, which is then kept unless it is null; nobody waits for that.
   * Who asks for the same meanwhile in this process gets the same.
   */
  remember(key: string, keeping: Keeping, make: () => Promise<string | null>): Promise<string | null>
  /** Null for what is not kept. */
  get(key: string, part?: string): Promise<Buffer | null>
  /** Where it can't be kept, nothing is. */
  set(key: string, value: Uint8Array | string, keeping: Keeping): Promise<void>
  delete(key: string): Promise<void>
  /** For metrics and for people. */
  figures(): CacheFigures
  /** Once all that is being kept is kept, or was given up. */
  settle(): Promise<void>
  /** Settles, and lets go of connections. Nothing is kept afterwards. */
  close(): Promise<void>
}

/** What this process asked of its caches since it started. Numbers only grow. */
export interface CacheFigures {
  /** Which one is in force. */
  type: CacheType
  /** Questions for a value that was there. */
  hits: number
  /** Questions for a value that was not. */
  misses: number
  /** Questions that found no answer in time, or none at all. */
  failures: number
  /** Questions that were not asked, because no answer had come a moment before. */
  skipped: number
  /** Values that were kept. */
  kept: number
  /** Values that could not be kept: too large, or the cache was not there. */
  dropped: number
  /** What does not answer now. */
  troubles: CacheTrouble[]
}

export interface CacheTrouble {
  /** A server's address, a folder, or the setting itself. */
  what: string
  reason: string
  since: Date
}
