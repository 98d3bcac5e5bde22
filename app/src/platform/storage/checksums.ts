import { createHash } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { Transform } from 'node:stream'

/**
 * Adds a checksum to those that an object may have, and makes sure that it stays. It comes before the object does: a
 * crash between leaves one too many, never an object that looks damaged. So two writers of one key are told apart, too.
 */
export async function addChecksum(path: string, sha256: string): Promise<void> {
  const file = await open(path, 'a')
  try {
    await file.appendFile(`${sha256}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** None where nobody wrote any. */
export async function readChecksums(path: string): Promise<ReadonlySet<string>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return ''
    throw error
  })
  return new Set(text.match(/^[0-9a-f]{64}$/gm) ?? [])
}

export const removeChecksums = (path: string): Promise<void> => rm(path, { force: true })

/** Lets bytes through; told the checksum of all of them at their end, it may fail by an error. */
export function hashing(judge: (sha256: string) => Error | null): Transform {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      done(judge(hash.digest('hex')))
    },
  })
}
