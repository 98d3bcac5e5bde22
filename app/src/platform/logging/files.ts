import { readdir } from 'node:fs/promises'
import { type LogFileName, parseName } from './names.ts'

/** The files of the log, each once, those with the newest lines first. */
export async function listLogFiles(folder: string): Promise<LogFileName[]> {
  const files = new Map<string, LogFileName>()
  for (const name of await namesIn(folder)) {
    const file = parseName(name)
    if (!file) continue
    // While it is compressed there are two of it.
    const other = files.get(file.id)
    if (!other || stage(file) === 'complete' || stage(other) === 'current') files.set(file.id, file)
  }
  return [...files.values()].sort((a, b) => endOf(b) - endOf(a) || (a.id < b.id ? 1 : -1))
}

const stage = ({ end, compressed }: LogFileName) =>
  compressed ? 'compressed' : end === null ? 'current' : 'complete'

/** What is being written ends now. */
export const endOf = ({ end }: LogFileName) => end?.getTime() ?? Number.POSITIVE_INFINITY

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
