import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { type LogFileName, parseName } from './names.ts'

/** Bytes of a file that are in memory at a time. */
const windowBytes = 256 * 1024
/** A longer line is cut. */
const longestLine = 1024 * 1024

/** A piece of a file: its lines in their order, each with the offset at which it begins. */
export type Piece = { text: string; offset: number }[]

/**
 * Goes through a file without ever having the whole of it in memory: what is being written from its end, so that its
 * newest lines cost little; an archive from its begin, there is no other way. It may be completed and compressed meanwhile.
 *
 * @param see is told each piece, and whether what comes after it is older; answers false for enough
 */
export async function goThrough(
  folder: string,
  file: LogFileName,
  see: (piece: Piece, backwards: boolean) => boolean,
): Promise<void> {
  const handle = await openAnyhow(folder, file)
  if (handle === null) return
  try {
    const backwards = typeof handle !== 'string'
    for await (const piece of backwards ? fromEnd(handle) : fromBegin(handle))
      if (!see(piece, backwards)) break
  } catch (error) {
    // It was cleared away.
    if (!isMissing(error)) throw error
  } finally {
    if (typeof handle !== 'string') await handle.close()
  }
}

/** The open file; the path of its archive, where it was compressed since; null where it was removed. */
async function openAnyhow(folder: string, { id, name }: LogFileName): Promise<FileHandle | string | null> {
  for (let now = name; ; ) {
    if (now.endsWith('.gz')) return join(folder, now)
    try {
      return await open(join(folder, now), 'r')
    } catch (error) {
      if (!isMissing(error)) throw error
    }
    const next = (await readdir(folder)).find((other) => other !== now && parseName(other)?.id === id)
    if (!next) return null
    now = next
  }
}

async function* fromEnd(handle: FileHandle): AsyncGenerator<Piece> {
  let end = (await handle.stat()).size
  let rest: Buffer = Buffer.alloc(0)
  while (end > 0) {
    const begin = Math.max(0, end - windowBytes)
    const bytes = Buffer.concat([await read(handle, begin, end), rest])
    // What stands before the first newline belongs to a line that begins further up.
    const cut = begin === 0 ? 0 : bytes.indexOf(10) + 1
    const whole = begin > 0 && cut === 0 ? bytes.length : cut
    if (whole < bytes.length) yield linesOf(bytes.subarray(whole), begin + whole)
    rest = bytes.subarray(0, Math.min(whole, longestLine))
    end = begin
  }
}

async function read(handle: FileHandle, begin: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - begin)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, begin)
  return bytes.subarray(0, bytesRead)
}

async function* fromBegin(path: string): AsyncGenerator<Piece> {
  const source = createReadStream(path)
  const plain = source.pipe(createGunzip({ chunkSize: windowBytes }))
  source.on('error', (error) => plain.destroy(error))
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  try {
    for await (const chunk of plain) {
      const bytes = Buffer.concat([rest, chunk])
      const cut = bytes.lastIndexOf(10) + 1
      if (cut > 0) yield linesOf(bytes.subarray(0, cut), offset)
      offset += cut
      rest = bytes.subarray(cut)
      if (rest.length > longestLine) {
        offset += rest.length
        rest = Buffer.alloc(0)
      }
    }
    if (rest.length > 0) yield linesOf(rest, offset)
  } finally {
    source.destroy()
  }
}

function linesOf(bytes: Buffer, offset: number): Piece {
  const piece: Piece = []
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(10, at)
    const end = newline === -1 ? bytes.length : newline
    if (end > at) piece.push({ text: bytes.toString('utf8', at, end), offset: offset + at })
    at = end + 1
  }
  return piece
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
