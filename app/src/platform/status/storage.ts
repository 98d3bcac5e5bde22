import { randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Storage } from '../storage/index.ts'
import type { Finding } from './index.ts'
import { failing } from './keeping.ts'

/** Keeps a few bytes, reads them back, and takes them away again. */
export async function storageCheck(storage: Pick<Storage, 'put' | 'read' | 'remove'>): Promise<Finding> {
  const key = `status/${randomUUID()}`
  const bytes = randomBytes(64)
  try {
    await storage.put(key, asStream(bytes))
    const back = await buffer(await storage.read(key))
    if (back.equals(bytes)) return { state: 'ok', message: 'What was put into it came back the same.' }
    return failing('What was put into it came back changed. Look at the disk and its cables.')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return failing(
      `Nothing can be kept in it${code}. See that its folder is there, may be written to, and has room.`,
    )
  } finally {
    await storage.remove(key).catch(() => {})
  }
}

async function* asStream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
