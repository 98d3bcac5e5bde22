import { open } from 'node:fs/promises'
import { withoutBom } from './decode.ts'
import { type Dialect, readRows, sniffDialect } from './dialect.ts'
import type { Settings } from './report.ts'
import { maxRowBytes } from './row-reader.ts'

const headBytes = 256 * 1024
const slices = 8
const sliceBytes = 64 * 1024

/** What a few parts of the file told about the whole. */
export interface Sample {
  dialect: Dialect
  /** Rows of data from all over the file; empty cells are null. */
  rows: (string | null)[][]
  /** Rows at the beginning of `rows` that are the file's first, without a gap. */
  fromHead: number
  /** Bytes that the rows were read from. */
  bytes: number
  /** The sample is the whole file. */
  complete: boolean
}

/**
 * Reads the beginning and some slices of a file in UTF-8: a file is often sorted, and its beginning then not
 * like the rest.
 */
export async function takeSample(path: string, size: number, settings: Settings): Promise<Sample> {
  const file = await open(path)
  const read = async (position: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }
  try {
    let head = await read(0, headBytes)
    // A wide table: its header alone may be longer.
    if (size > head.length && lines(head) < 4) head = await read(0, maxRowBytes * 2)
    const complete = head.length >= size
    const body = withoutBom(head)
    const dialect = sniffDialect(body, complete, settings)
    const data = afterLines(body, dialect.skipLines)
    const rows = cellsIn(data, dialect, complete)
    const fromHead = rows.length
    let bytes = data.length
    for (let slice = 1; !complete && slice <= slices; slice++) {
      const position = Math.floor((size * slice) / (slices + 1))
      if (position < head.length) continue
      const part = await read(position, sliceBytes)
      bytes += part.length
      rows.push(...cellsIn(afterLines(part, 1), dialect, false))
    }
    return { dialect, rows, fromHead, bytes, complete }
  } finally {
    await file.close()
  }
}

const cellsIn = (bytes: Buffer, dialect: Dialect, complete: boolean) =>
  readRows(bytes, dialect, { complete, columns: dialect.columns }).rows.map((row) => row.cells)

/** What stands behind the first lines. */
function afterLines(bytes: Buffer, count: number): Buffer {
  let at = 0
  for (let line = 0; line < count; line++) {
    const newline = bytes.indexOf(10, at)
    const carriage = bytes.subarray(at, newline === -1 ? undefined : newline).indexOf(13)
    if (carriage !== -1 && at + carriage + 1 !== newline) at += carriage + 1
    else if (newline === -1) return bytes.subarray(bytes.length)
    else at = newline + 1
  }
  return bytes.subarray(at)
}

function lines(bytes: Buffer): number {
  let count = 0
  for (const byte of bytes) if (byte === 10) count++
  return count
}
