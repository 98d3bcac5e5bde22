import { randomBytes } from 'node:crypto'
import { largestItem } from './memcached-store.ts'
import type { CacheStore } from './store.ts'

const whole = 0
const spread = 1
const idSize = 8

/** More would take a good part of a server's memory for one value. */
const mostParts = 32

/**
 * Values of any size over a store whose items are small: what is too large lies in parts under keys of their own, and
 * the key itself names them. It is written last, so that whoever reads it finds all parts, or, where the server has
 * dropped one, nothing.
 */
export function spreadOver(store: CacheStore, partSize = largestItem - 1): CacheStore {
  return {
    async get(key) {
      const head = await store.get(key)
      if (head?.[0] === whole) return head.subarray(1)
      if (head?.[0] !== spread || head.length !== 2 + idSize) return null
      const count = head.readUInt8(1)
      const keys = partKeys(key, head.subarray(2).toString('hex'), Math.min(count, mostParts))
      const parts = await Promise.all(keys.map((part) => store.get(part)))
      const found = parts.filter((part) => part !== null)
      return found.length === count ? Buffer.concat(found) : null
    },
    async set(key, value, lifetime) {
      if (value.length <= partSize) return store.set(key, Buffer.concat([Buffer.of(whole), value]), lifetime)
      const count = Math.ceil(value.length / partSize)
      if (count > mostParts) return store.delete(key)
      // A name of its own for each value: parts of two that are written at once never meet.
      const id = randomBytes(idSize)
      const keys = partKeys(key, id.toString('hex'), count)
      await Promise.all(
        keys.map((part, at) => store.set(part, value.subarray(at * partSize, (at + 1) * partSize), lifetime)),
      )
      await store.set(key, Buffer.concat([Buffer.of(spread, count), id]), lifetime)
    },
    // Its parts have no name any more, and go when their time is over.
    delete: (key) => store.delete(key),
    close: () => store.close(),
  }
}

const partKeys = (key: string, name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${key}:${name}:${at}`)
