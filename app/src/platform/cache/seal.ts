import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const version = 1
const nonceSize = 12
const tagSize = 16
const headSize = 1 + 8 + nonceSize

/** What a value is sealed for: it opens under the same alone. */
export interface SealedFor {
  secret: string
  key: string
  /** What else one has to know; `''` for nothing. */
  part: string
}

/**
 * A value as it is handed to a store. Servers of caches are shared, and files lie about: only who has the secret reads
 * it, and nobody else writes what ends in a page. What was damaged, cut or swapped does not open.
 *
 * version, moment of its end, nonce, content, tag
 */
export function seal(value: Uint8Array, { secret, key, part }: SealedFor, expiresAt: number): Buffer {
  const head = Buffer.alloc(headSize)
  head.writeUInt8(version)
  head.writeDoubleBE(expiresAt, 1)
  const nonce = randomBytes(nonceSize)
  nonce.copy(head, 9)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, part), nonce)
  cipher.setAAD(Buffer.concat([head, Buffer.from(key)]))
  return Buffer.concat([head, cipher.update(value), cipher.final(), cipher.getAuthTag()])
}

/** The value; null for what is over at `now`, or does not open. */
export function unseal(sealed: Buffer, { secret, key, part }: SealedFor, now: number): Buffer | null {
  if (sealed.length < headSize + tagSize || sealed[0] !== version) return null
  const head = sealed.subarray(0, headSize)
  if (!(head.readDoubleBE(1) > now)) return null
  const end = sealed.length - tagSize
  const opener = createDecipheriv('aes-256-gcm', keyOf(secret, part), head.subarray(9), {
    authTagLength: tagSize,
  })
  opener.setAAD(Buffer.concat([head, Buffer.from(key)]))
  opener.setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([opener.update(sealed.subarray(headSize, end)), opener.final()])
  } catch {
    return null
  }
}

const keyOf = (secret: string, part: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', `factotum cache ${part}`, 32))

/** A name of fixed length for any key; programs with another secret have other names. */
export const hiddenName = (secret: string, ...parts: string[]) =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex')
