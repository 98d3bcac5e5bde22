import { createHash } from 'node:crypto'
import { mkdir, open, opendir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { errors } from '../errors/index.ts'
import { type Storage, StorageError, type StoredObject } from './index.ts'
import { checkKey } from './keys.ts'
import { type TempFiles, tempFiles } from './temp-files.ts'

/** A storage in a folder of this machine, and what keeps it tidy. */
export interface LocalStorage extends Storage {
  /** Removes what interrupted writers left; answers the files' names. */
  sweep(): Promise<string[]>
}

/** Keeps each key as a file under `objects/` of the folder; what is being written stands under `temp/`. */
export async function localStorage(folder: string): Promise<LocalStorage> {
  const objects = join(folder, 'objects')
  const tempFolder = join(folder, 'temp')
  await mkdir(objects, { recursive: true })
  await mkdir(tempFolder, { recursive: true })
  const temp = tempFiles(tempFolder)
  const pathOf = (key: string) => join(objects, checkKey(key))
  return {
    put: async (key, data) => put(temp, pathOf(key), data),
    async read(key, range) {
      const handle = await open(pathOf(key)).catch((error) => {
        throw isMissing(error) ? new StorageError(`The storage has no "${key}".`) : error
      })
      return handle.createReadStream(range)
    },
    size: async (key) => sizeOf(pathOf(key)),
    async remove(key) {
      await rm(pathOf(key), { force: true })
      await removeEmptyFolders(dirname(pathOf(key)), objects)
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

async function put(temp: TempFiles, path: string, data: AsyncIterable<Uint8Array>) {
  const part = temp.path()
  try {
    const written = await write(part, data)
    await moveInto(part, path)
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

/** Gives the complete file its name, and makes sure that a crash of the machine can't take the name away. */
async function moveInto(part: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const made = await mkdir(dirname(path), { recursive: true })
    try {
      await rename(part, path)
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
