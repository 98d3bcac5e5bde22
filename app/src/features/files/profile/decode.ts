import { createReadStream } from 'node:fs'
import type { Encoding } from './report.ts'

const chunkBytes = 1 << 20

/** The file as UTF-8 without its byte order mark, in pieces; `onBytes` hears how many of the file were read so far. */
export async function* utf8Chunks(
  path: string,
  encoding: Encoding,
  onBytes: (read: number) => void,
): AsyncGenerator<Buffer> {
  const decoder = encoding === 'utf-8' ? null : new TextDecoder(encoding)
  let read = 0
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    const bytes: Buffer = chunk
    onBytes(read + bytes.length)
    if (decoder) yield Buffer.from(decoder.decode(bytes, { stream: true }))
    else yield read === 0 ? withoutBom(bytes) : bytes
    read += bytes.length
  }
  const rest = decoder?.decode()
  if (rest) yield Buffer.from(rest)
}

export const withoutBom = (bytes: Buffer) =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
