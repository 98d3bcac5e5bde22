import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Entry } from './entry.ts'
import { kinds, type OpenParts } from './kinds.ts'
import type { CacheStore } from './store.ts'
import { type CacheType, cacheTypeOf } from './types.ts'

const fileName = '_cache_config.json'

/** Options by type, of this machine: in the current folder if the file stands there, else in the home. */
export function cacheConfigFile(home: string, folder: string): string {
  const here = join(folder, fileName)
  return existsSync(here) ? here : join(home, fileName)
}

/** Moves when the file is written. */
export function markOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${path}:${mtimeMs}:${size}:${ino}`
  } catch {
    // Reading it says why.
    return ''
  }
}

/** How a cache is to be opened. */
export interface CacheOptions {
  namespace: string
  /** Milliseconds. */
  timeout: number
  open(parts: OpenParts): Promise<CacheStore>
}

/** @throws Error that ends the sentence "CACHE_TYPE …" and says what to write */
export function readCacheOptions(path: string, type: CacheType): CacheOptions {
  const { sample, read, timeout } = kinds[type]
  const given = entriesOf(path).get(type)
  const example = JSON.stringify({ [type]: sample ?? {} })
  if (given === undefined && sample !== null) {
    throw new Error(
      `is ${type} only with an entry in ${path}: write there ${example}, with what is right for you, and save again`,
    )
  }
  try {
    if (given !== undefined && !isRecord(given)) throw new Error('it must be an object')
    const entry = new Entry(given ?? {})
    const options = { open: read(entry), namespace: entry.namespace(), timeout: entry.timeout(timeout) }
    entry.done()
    return options
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`has a wrong entry for ${type} in ${path}: ${reason}. An example: ${example}`, {
      cause: error,
    })
  }
}

/** By type; old names of types stand for the new ones. */
function entriesOf(path: string): Map<CacheType, unknown> {
  const text = textOf(path)
  if (text === null) return new Map()
  const read = parsed(path, text)
  return new Map(
    Object.entries(read).flatMap(([name, entry]) => {
      const type = cacheTypeOf(name)
      return type ? [[type, entry] as const] : []
    }),
  )
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(`needs ${path}, which can't be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

function parsed(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // Told below: the parser's words repeat the text, with the passwords in it.
  }
  throw new Error(`needs ${path}, which is no JSON object: mend it, or remove it`)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
