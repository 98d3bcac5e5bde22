import { constants } from 'node:fs'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { explained } from './folder.ts'

const largest = 10 * 1024 * 1024

/** The file that takes what the server says: `server.log`, with one predecessor kept. */
export interface ServerLog {
  path: string
  handle: FileHandle
  /** What was written since it was opened. */
  read(): Promise<string>
}

export async function openServerLog(folder: string): Promise<ServerLog> {
  const path = join(folder, 'server.log')
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size > largest) await rename(path, `${path}.1`)
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants
  const handle = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600).catch((error: unknown) => {
    throw explained(error, folder)
  })
  const start = (await handle.stat()).size
  const read = async () => {
    const { size: end } = await handle.stat()
    const length = Math.min(Math.max(0, end - start), 64 * 1024)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, end - length)
    return buffer.toString()
  }
  return { path, handle, read }
}

/** The last lines that matter, for a message. */
export function lastLines(text: string, count = 8): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
