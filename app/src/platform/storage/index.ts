import type { Readable } from 'node:stream'

export interface StoredObject {
  key: string
  /** Bytes. */
  size: number
  modifiedAt: Date
}

/** Where uploads and results are kept. A key is a path of plain names: `files/12/original.csv`. */
export interface Storage {
  /**
   * Keeps what `data` gives. The key exists only once all of it is safe on disk: a stream that fails leaves
   * nothing, and what was under the key stays until then. `sha256` in hex.
   *
   * @throws HttpError storage_full
   */
  put(key: string, data: AsyncIterable<Uint8Array>): Promise<{ size: number; sha256: string }>
  /**
   * The bytes, or those from `start` to `end`, both included. Read whole, they are held against the checksum that they
   * were kept with: the stream fails at its end where they are others.
   *
   * @throws StorageError when there is no such key
   */
  read(key: string, range?: { start: number; end?: number }): Promise<Readable>
  /** Bytes, or null when there is no such key. */
  size(key: string): Promise<number | null>
  /** Does nothing when there is no such key. */
  remove(key: string): Promise<void>
  /** All whose key begins with the folder `prefix`, in no order; `''` for everything. */
  list(prefix: string): AsyncIterable<StoredObject>
  /** Reads it all, and holds it against its checksum. @throws StorageError when there is no such key */
  verify(key: string): Promise<Verdict>
  /** A path that a program can open until `release`. Not to be written to. */
  localFile(key: string): Promise<{ path: string; release(): Promise<void> }>
}

/** `unknown`: it was kept before checksums were, or put there by somebody else. */
export type Verdict = 'same' | 'damaged' | 'unknown'

/** What was asked of the storage can't be done. */
export class StorageError extends Error {
  override name = 'StorageError'
}
