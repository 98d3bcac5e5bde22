import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const fileName = 'user-config.json'

/** The file of this machine: in the current folder if one stands there, else in the home. */
export function configFile(home: string, folder: string): string {
  const here = join(folder, fileName)
  return existsSync(here) ? here : join(home, fileName)
}

/** What the program wrote last, beside the file: what is not as it says was edited by hand. */
export interface Mirrored {
  /** Digests of the last text and of the one before, which still stands after a crash between the two writes. */
  known: string[]
  /** Of the database, when it was written. */
  version: number
  /** By config name. */
  values: Record<string, unknown>
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const mirroredPath = (path: string) => join(dirname(path), '.user-config.mirror.json')

/** What was written last; null where nothing was, or nobody can tell. */
export async function readMirrored(path: string): Promise<Mirrored | null> {
  const text = await readText(mirroredPath(path))
  if (text === null) return null
  try {
    return asMirrored(JSON.parse(text))
  } catch {
    return null
  }
}

function asMirrored(value: unknown): Mirrored | null {
  if (!isRecord(value) || !Array.isArray(value.known) || typeof value.version !== 'number') return null
  return isRecord(value.values)
    ? { known: value.known.map(String), version: value.version, values: value.values }
    : null
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Writes the file, and before it the note of what it is going to be: a crash between the two is seen as neither. */
export async function writeMirror(
  path: string,
  text: string,
  written: Omit<Mirrored, 'known'>,
): Promise<void> {
  const before = (await readMirrored(path))?.known[0]
  const known = [digestOf(text), ...(before ? [before] : [])]
  await replace(mirroredPath(path), `${JSON.stringify({ ...written, known })}\n`)
  await replace(path, text)
}

/** Whoever reads meanwhile reads the old text or the new one. */
async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(draft, text, { flush: true })
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Null where there is no such file. */
export async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
}

/** Moves when the file is written; `age` in milliseconds. */
export async function lookAt(path: string): Promise<{ mark: string; age: number }> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return { mark: `${path}:${mtimeMs}:${size}:${ino}`, age: Math.abs(Date.now() - mtimeMs) }
  } catch (error) {
    if (isMissing(error)) return { mark: `${path}:none`, age: Number.POSITIVE_INFINITY }
    throw error
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
