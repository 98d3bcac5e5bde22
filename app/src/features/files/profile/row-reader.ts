import { isUtf8 } from 'node:buffer'

/** A row that takes more is refused: nobody meant it, and memory must not grow with it. */
export const maxRowBytes = 2_000_000

export interface RowRules {
  /** Byte of the delimiter. */
  delimiter: number
  /** Byte of the quote, or null. */
  quote: number | null
  /** Cells a row must have; null takes any number. */
  columns: number | null
  /** The number of the first line given; default 1. */
  line?: number
}

export interface RowSink {
  /** A good row: bytes `start` to `end` of `bytes` without its newline, cells up to each of `ends`. Valid during the call. */
  row(bytes: Buffer, start: number, end: number, ends: readonly number[], line: number): void
  refused(line: number, reason: string): void
}

const newline = 10
const carriage = 13
const space = 32

/** Why a row can't be taken as it stands. */
type Broken = 'unclosed' | 'after-quote'

/**
 * Tells rows apart in bytes of UTF-8, and good ones from others. A row that is broken costs its first line
 * only: reading goes on at the next, so that one stray quote does not swallow the file.
 */
export class RowReader {
  readonly #rules: RowRules
  readonly #sink: RowSink
  #rest: Buffer = Buffer.alloc(0)
  #line: number
  /** Inside a line that is too long, up to its newline. */
  #skipping = false
  /** Where the cells of the row at hand end. */
  readonly #ends: number[] = []
  #linesInside = 0
  #inQuotes = false

  constructor(rules: RowRules, sink: RowSink) {
    this.#rules = rules
    this.#sink = sink
    this.#line = rules.line ?? 1
  }

  write(chunk: Buffer): void {
    this.#read(this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk, false)
  }

  /** What is left is the last row, with or without a newline. */
  end(): void {
    this.#read(this.#rest, true)
  }

  #read(bytes: Buffer, final: boolean): void {
    const suspect = bytes.includes(0) || !isUtf8(bytes)
    let at = 0
    while (at < bytes.length) {
      if (this.#skipping) {
        const next = this.#afterLine(bytes, at, final)
        if (next === null) {
          // Whether a carriage return at the end is a newline of its own, the next chunk tells.
          const ends = bytes[bytes.length - 1] === carriage
          this.#rest = Buffer.from(ends ? [carriage] : [])
          return
        }
        this.#skipping = false
        this.#line++
        at = next
        continue
      }
      const end = this.#rowEnd(bytes, at, final)
      if (end === null) {
        if (!final && bytes.length - at <= maxRowBytes) {
          // A copy: the chunk's memory is its owner's.
          this.#rest = Buffer.from(bytes.subarray(at))
          return
        }
        at = this.#refuseLine(bytes, at, this.#inQuotes ? 'unclosed' : 'too-long', final)
      } else if (typeof end === 'string') {
        at = this.#refuseLine(bytes, at, end, final)
      } else {
        this.#judge(bytes, at, end, suspect)
        this.#line += this.#linesInside + 1
        at = afterNewline(bytes, end)
      }
    }
    this.#rest = Buffer.alloc(0)
  }

  /** Where the row ends; null when it goes on past these bytes. */
  #rowEnd(bytes: Buffer, start: number, final: boolean): number | null | Broken {
    const { delimiter, quote } = this.#rules
    const length = bytes.length
    let at = start
    this.#ends.length = 0
    this.#linesInside = 0
    this.#inQuotes = false
    for (;;) {
      let first = at
      while (bytes[first] === space) first++
      if (quote !== null && bytes[first] === quote) {
        const closed = this.#afterQuoted(bytes, first + 1, quote, final)
        if (closed === null) return final ? 'unclosed' : null
        at = closed
        while (bytes[at] === space) at++
      } else {
        while (at < length) {
          const byte = bytes[at]
          if (byte === delimiter || byte === newline || byte === carriage) break
          at++
        }
      }
      if (at >= length) {
        if (!final) return null
        this.#ends.push(length)
        return length
      }
      this.#ends.push(at)
      const byte = bytes[at]
      if (byte === delimiter) at++
      else if (byte === newline) return at
      else if (byte !== carriage) return 'after-quote'
      else return at + 1 < length || final ? at : null
    }
  }

  /** Behind the closing quote; null when there is none in these bytes. */
  #afterQuoted(bytes: Buffer, from: number, quote: number, final: boolean): number | null {
    this.#inQuotes = true
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === quote) {
        if (bytes[at + 1] === quote) at++
        else if (at + 1 < bytes.length || final) {
          this.#inQuotes = false
          return at + 1
        } else return null
      } else if (byte === newline || (byte === carriage && bytes[at + 1] !== newline)) this.#linesInside++
    }
    return null
  }

  #judge(bytes: Buffer, start: number, end: number, suspect: boolean): void {
    // An empty line is a row only where one empty cell makes one.
    if (end === start && this.#rules.columns !== 1) return
    const fault = this.#faultOf(bytes.subarray(start, end), end, suspect)
    if (fault) this.#refuse(fault)
    else this.#sink.row(bytes, start, end, this.#ends, this.#line)
  }

  #faultOf(row: Buffer, end: number, suspect: boolean): string | null {
    const { columns } = this.#rules
    if (suspect && row.includes(0)) return 'has a NUL byte, which no text has'
    if (suspect && !isUtf8(row)) return 'has bytes that are no UTF-8'
    if (row.length > maxRowBytes) return reasons['too-long']
    if (columns !== null && !this.#fits(columns, end))
      return `has ${cells(this.#ends.length)} instead of ${columns}`
    return null
  }

  /** A delimiter at the very end of the line makes no cell, where one too many would be there. */
  #fits(columns: number, end: number): boolean {
    const found = this.#ends.length
    return found === columns || (found === columns + 1 && this.#ends[found - 2] === end - 1)
  }

  #refuse(reason: string): void {
    this.#sink.refused(this.#line, reason)
  }

  /** Refuses the row's first line; answers where the next begins. */
  #refuseLine(bytes: Buffer, start: number, why: keyof typeof reasons, final: boolean): number {
    this.#refuse(reasons[why])
    const next = this.#afterLine(bytes, start, final)
    if (next === null) {
      this.#skipping = true
      return bytes.length - 1
    }
    this.#line++
    return next
  }

  #afterLine(bytes: Buffer, from: number, final: boolean): number | null {
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] === newline) return at + 1
      if (bytes[at] === carriage && (at + 1 < bytes.length || final)) return afterNewline(bytes, at)
    }
    return final ? bytes.length : null
  }
}

const reasons = {
  unclosed: 'opens a quote that is never closed',
  'after-quote': 'has text behind a closing quote; a quote inside quotes is written twice',
  'too-long': 'is longer than 2 MB',
}

const cells = (count: number) => (count === 1 ? '1 cell' : `${count} cells`)

function afterNewline(bytes: Buffer, end: number): number {
  return bytes[end] === carriage && bytes[end + 1] === newline ? end + 2 : end + 1
}
