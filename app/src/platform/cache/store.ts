/** Where a cache keeps what it is given: one for each type, none of which knows what the bytes mean. */
export interface CacheStore {
  /** Null where there is nothing. */
  get(key: string): Promise<Buffer | null>
  /**
   * Whole or not at all: nobody reads half of it, or half of this and half of another. Where there is no room for it,
   * what was there before is gone all the same.
   */
  set(key: string, value: Buffer, lifetime: Lifetime): Promise<void>
  delete(key: string): Promise<void>
  /** Lets go of connections. Never fails. */
  close(): Promise<void>
}

/** Milliseconds for which a value is good: at least one second. The store may forget it sooner. */
export type Lifetime = number

/** Keys are letters, digits, "-" and ":", at most 200: memcached takes 250 bytes. */
export const longestKey = 200
