import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a new key is, and what of it is kept. */
export interface Secret {
  /** Seen once, by who makes it. */
  key: string
  /** Its first part: it tells keys apart, and opens nothing. */
  start: string
  hash: Buffer
}

/** What every key begins with. */
export const keyPrefix = 'fct_'

/** The prefix, 48 bits to find it by, 256 bits that nobody guesses: a fast hash is enough for those. */
export function newSecret(): Secret {
  const start = `${keyPrefix}${randomBytes(6).toString('hex')}`
  const key = `${start}_${randomBytes(32).toString('hex')}`
  return { key, start, hash: hashOf(key) }
}

/** The first part of what may be a key; null for any other text. */
export function startOf(text: string): string | null {
  return /^(fct_[0-9a-f]{12})_[0-9a-f]{64}$/.exec(text)?.[1] ?? null
}

/** Whether a key is the one whose hash is kept, in the same time for every wrong one. */
export function isKeyOf(key: string, hash: Buffer): boolean {
  const given = hashOf(key)
  return given.length === hash.length && timingSafeEqual(given, hash)
}

const hashOf = (key: string) => createHash('sha256').update(key).digest()
