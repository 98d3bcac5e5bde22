import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Dialect } from './dialect.ts'
import type { RefusedRow } from './report.ts'
import { RowReader } from './row-reader.ts'

/** Refused rows of which line and reason are kept. */
export const keptRefusals = 100

/** Some columns of all good rows, in a file of their own. */
export interface Band {
  path: string
  /** The first column's place, from 0, and how many there are. */
  from: number
  count: number
}

export interface Sieved {
  bands: Band[]
  refused: number
  refusedRows: RefusedRow[]
  /** A line for each good row, the same for equal rows; null when not asked for. */
  prints: string | null
}

interface SieveOptions {
  chunks: AsyncIterable<Buffer>
  dialect: Dialect
  /** Where the bands go. */
  folder: string
  /** Columns a band has at most; infinite for one file with whole rows. */
  width: number
  prints: boolean
}

/** Copies the good rows of data, and notes the others. What stands above the table is among the others. */
export async function sieve({ chunks, dialect, folder, width, prints }: SieveOptions): Promise<Sieved> {
  const files = bandsOf(dialect.columns, width, folder).map((band) => ({ band, out: new RowFile(band.path) }))
  const printFile = prints ? new RowFile(join(folder, 'prints.csv')) : null
  const outs = [...files.map(({ out }) => out), ...(printFile ? [printFile] : [])]
  const refusedRows: RefusedRow[] = []
  let refused = 0
  const refuse = (line: number, reason: string) => {
    refused++
    if (refusedRows.length < keptRefusals) refusedRows.push({ line, reason })
  }
  const reader = new RowReader(
    {
      delimiter: dialect.delimiter.charCodeAt(0),
      quote: dialect.quote === null ? null : dialect.quote.charCodeAt(0),
      columns: dialect.columns,
    },
    {
      row(bytes, start, end, ends, line) {
        if (line <= dialect.skipLines) return
        for (const { band, out } of files) {
          const first = band.from === 0 ? start : (ends[band.from - 1] ?? end) + 1
          const last =
            band.from + band.count === dialect.columns ? end : (ends[band.from + band.count - 1] ?? end)
          out.add(bytes, first, last)
        }
        if (!printFile) return
        const print = Buffer.from(createHash('md5').update(bytes.subarray(start, end)).digest('hex'))
        printFile.add(print, 0, print.length)
      },
      refused(line, reason) {
        // Of what stands above the data, only what is no row of the table, the header or `sep=`, is told.
        if (line > dialect.skipLines || dialect.above.includes(line)) refuse(line, reason)
      },
    },
  )
  for await (const chunk of chunks) {
    reader.write(chunk)
    await Promise.all(outs.map((out) => out.flush()))
  }
  reader.end()
  await Promise.all(outs.map((out) => out.close()))
  return { bands: files.map(({ band }) => band), refused, refusedRows, prints: printFile?.path ?? null }
}

function bandsOf(columns: number, width: number, folder: string): Band[] {
  const count = Math.max(1, Math.ceil(columns / width))
  return Array.from({ length: count }, (_, index) => {
    const from = index === 0 ? 0 : index * width
    return { path: join(folder, `band-${index}.csv`), from, count: Math.min(width, columns - from) }
  })
}

/** Collects rows, and writes them in large pieces. */
class RowFile {
  readonly path: string
  readonly #file: WriteStream
  readonly #pieces: Buffer[] = []

  constructor(path: string) {
    this.path = path
    this.#file = createWriteStream(path)
    // Whoever waits for room or for the end hears of it; between, an error must not end the process.
    this.#file.on('error', () => {})
  }

  add(bytes: Buffer, start: number, end: number): void {
    this.#pieces.push(bytes.subarray(start, end), newline)
  }

  async flush(): Promise<void> {
    if (this.#pieces.length === 0) return
    const room = this.#file.write(Buffer.concat(this.#pieces))
    this.#pieces.length = 0
    if (!room) await once(this.#file, 'drain')
  }

  async close(): Promise<void> {
    await this.flush()
    this.#file.end()
    await finished(this.#file)
  }
}

const newline = Buffer.from('\n')
