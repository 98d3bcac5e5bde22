import { createHash } from 'node:crypto'
import { mkdir, open, opendir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { pipeline as finished } from 'node:stream/promises'
import { errors } from '../errors/index.ts'
import { addChecksum, hashing, readChecksums, removeChecksums } from './checksums.ts'
import { type Storage, StorageError, type StoredObject, type Verdict } from './index.ts'
import { checkKey } from './keys.ts'
import { type TempFiles, tempFiles } from './temp-files.ts'

/** A storage in a folder of this machine, and what keeps it tidy. */
export interface LocalStorage extends Storage {
  /** Removes what interrupted writers left; answers the files' names. */
  sweep(): Promise<string[]>
}

/**
 * Keeps each key as a file under `objects/` of the folder, and its checksum under `checksums/`; what is being written
 * stands under `temp/`.
 */
export async function localStorage(folder: string): Promise<LocalStorage> {
  const objects = join(folder, 'objects')
  const sums = join(folder, 'checksums')
  const tempFolder = join(folder, 'temp')
  await mkdir(objects, { recursive: true })
  await mkdir(tempFolder, { recursive: true })
  const temp = tempFiles(tempFolder)
  const pathOf = (key: string) => join(objects, checkKey(key))
  const sumOf = (key: string) => join(sums, checkKey(key))
  const openKey = (key: string) =>
    open(pathOf(key)).catch((error) => {
      throw isMissing(error) ? new StorageError(`The storage has no "${key}".`) : error
    })
  return {
    put: async (key, data) => put(temp, { object: pathOf(key), sum: sumOf(key) }, data),
    async read(key, range) {
      const handle = await openKey(key)
      if (range) return handle.createReadStream(range)
      return verified(handle.createReadStream(), key, await readChecksums(sumOf(key)))
    },
    async verify(key) {
      const handle = await openKey(key)
      return verdictOn(handle.createReadStream(), await readChecksums(sumOf(key)))
    },
    size: async (key) => sizeOf(pathOf(key)),
    async remove(key) {
      await rm(pathOf(key), { force: true })
      await removeChecksums(sumOf(key))
      await removeEmptyFolders(dirname(pathOf(key)), objects)
      await removeEmptyFolders(dirname(sumOf(key)), sums)
    },
    list: (prefix) => list(objects, prefix === '' ? objects : pathOf(prefix.replace(/\/$/, ''))),
    async localFile(key) {
      const path = pathOf(key)
      if ((await sizeOf(path)) === null) throw new StorageError(`The storage has no "${key}".`)
      return { path, release: async () => {} }
    },
    sweep: () => temp.sweep(),
  }
}

interface Places {
  object: string
  sum: string
}

async function put(temp: TempFiles, { object, sum }: Places, data: AsyncIterable<Uint8Array>) {
  const part = temp.path()
  try {
    const written = await write(part, data)
    await inFolder(sum, () => addChecksum(sum, written.sha256))
    await inFolder(object, () => rename(part, object))
    return written
  } catch (error) {
    await rm(part, { force: true })
    throw isFull(error) ? errors.fail('storage_full') : error
  } finally {
    temp.done(part)
  }
}

async function write(
  path: string,
  data: AsyncIterable<Uint8Array>,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  const file = await open(path, 'wx')
  try {
    for await (const chunk of data) {
      hash.update(chunk)
      await file.appendFile(chunk)
      size += chunk.byteLength
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { size, sha256: hash.digest('hex') }
}

/** Does something in the folder of a path, and makes sure that a crash of the machine can't take the name away. */
async function inFolder(path: string, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const made = await mkdir(dirname(path), { recursive: true })
    try {
      await work()
    } catch (error) {
      // `remove` of another key may have taken the empty folder away in between.
      if (isMissing(error) && tries < 5) continue
      throw error
    }
    const highest = made ? dirname(made) : dirname(path)
    for (let folder = dirname(path); folder.length >= highest.length; folder = dirname(folder))
      await sync(folder)
    return
  }
}

const unknown = (sums: ReadonlySet<string>) => sums.size === 0

/** The same bytes; the stream fails at its end where they are not those that were kept. */
function verified(bytes: Readable, key: string, sums: ReadonlySet<string>): Readable {
  if (unknown(sums)) return bytes
  const check = hashing((sha256) =>
    sums.has(sha256)
      ? null
      : new StorageError(
          `What the storage has as "${key}" is not what was kept: it is damaged. Look at the disk.`,
        ),
  )
  // Errors of either side come out of the stream that is read.
  return pipeline(bytes, check, () => {})
}

async function verdictOn(bytes: Readable, sums: ReadonlySet<string>): Promise<Verdict> {
  let same = false
  const check = hashing((sha256) => {
    same = sums.has(sha256)
    return null
  })
  // Nothing reads what comes through.
  await finished(bytes, check.resume())
  if (unknown(sums)) return 'unknown'
  return same ? 'same' : 'damaged'
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch((error) => {
    if (isMissing(error)) return null
    throw error
  })
  return found?.isFile() ? found.size : null
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at !== root; at = dirname(at)) {
    // The first that isn't empty ends it.
    if (
      !(await rmdir(at).then(
        () => true,
        () => false,
      ))
    )
      return
  }
}

async function* list(root: string, folder: string): AsyncGenerator<StoredObject> {
  const entries = await opendir(folder, { recursive: true }).catch((error) => {
    if (isMissing(error)) return []
    throw error
  })
  for await (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const found = await stat(path).catch(() => null)
    if (found)
      yield { key: relative(root, path).split(sep).join('/'), size: found.size, modifiedAt: found.mtime }
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
const isFull = (error: unknown) => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
