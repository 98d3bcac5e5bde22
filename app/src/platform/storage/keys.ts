import { StorageError } from './index.ts'

const name = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/

/**
 * Lets only paths of plain names pass, none of which begins with a dot: whatever a key is made of, it can't
 * lead out of the storage.
 *
 * @throws StorageError
 */
export function checkKey(key: string): string {
  const names = key.split('/')
  if (names.length <= 10 && names.every((part) => name.test(part))) return key
  throw new StorageError(
    `"${key.slice(0, 100)}" is no storage key: use up to 10 names of letters, digits, ".", "_" and "-", separated by "/".`,
  )
}
