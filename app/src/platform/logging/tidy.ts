import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { completeName, type LogFileName, parseName } from './names.ts'
import { isLeft, run } from './owner.ts'

/** What is half written ends in this; older than an hour, its writer is gone. */
const unfinished = '.unfinished'
const hour = 3_600_000

export interface Tidied {
  completed: number
  compressed: number
  removed: number
}

/**
 * Completes what killed processes left, compresses what is complete, and removes what ended before a time. Any number of
 * processes may do so at once, and be killed after every line: until an archive is whole and has its name, the file that
 * it is of stays; who does it again makes the same.
 */
export async function tidyLogs(
  folder: string,
  { before, now = new Date() }: { before: Date; now?: Date },
): Promise<Tidied> {
  const tidied = { completed: 0, compressed: 0, removed: 0 }
  const failed: unknown[] = []
  for (const name of await names(folder)) {
    try {
      if (name.endsWith(unfinished)) await sweep(join(folder, name), now)
      const file = parseName(name)
      const did = file && (await tidyOne(folder, file, before, now))
      for (const what of did ?? []) tidied[what]++
    } catch (error) {
      // The others are not to wait for it.
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
  return tidied
}

async function tidyOne(
  folder: string,
  file: LogFileName,
  before: Date,
  now: Date,
): Promise<(keyof Tidied)[]> {
  const complete = file.end ? file : await completeLeft(folder, file, now)
  if (!complete?.end) return []
  const did: (keyof Tidied)[] = complete === file ? [] : ['completed']
  if (complete.end < before) {
    await rm(join(folder, complete.name), { force: true })
    return [...did, 'removed']
  }
  return !complete.compressed && (await compress(folder, complete)) ? [...did, 'compressed'] : did
}

/** In the order in which they were begun. */
async function names(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder)))?.sort() ?? []
}

/** Gives the file of a process that was killed its name; null where its process goes on. */
async function completeLeft(folder: string, file: LogFileName, now: Date): Promise<LogFileName | null> {
  const path = join(folder, file.name)
  const found = await unlessMissing(stat(path))
  if (!found || !isLeft(file, found.mtime, now)) return null
  const name = completeName(file.id, found.mtime)
  // Another process may have been faster.
  await unlessMissing(rename(path, join(folder, name)))
  return parseName(name)
}

let halves = 0

/** False when another process was faster. */
async function compress(folder: string, { name }: LogFileName): Promise<boolean> {
  const path = join(folder, name)
  const half = join(folder, `${name}.gz.${run}-${++halves}${unfinished}`)
  const found = await unlessMissing(stat(path))
  if (!found) return false
  const source = createReadStream(path)
  try {
    await pipeline(source, createGzip(), createWriteStream(half, { mode: 0o640 }))
    // On the disk before the file goes: a power cut must not leave neither.
    const written = await open(half, 'r+')
    await written.datasync().finally(() => written.close())
    await utimes(half, found.atime, found.mtime)
    await rename(half, join(folder, `${name}.gz`))
  } catch (error) {
    await rm(half, { force: true })
    if (isMissing(error)) return false
    throw error
  }
  // More came by a process that was taken for dead: the next time.
  if ((await unlessMissing(stat(path)))?.size === source.bytesRead) await rm(path, { force: true })
  return true
}

async function sweep(path: string, now: Date): Promise<void> {
  const found = await unlessMissing(stat(path))
  if (found && now.getTime() - found.mtimeMs > hour) await rm(path, { force: true })
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
