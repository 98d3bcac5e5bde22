import { isUtf8 } from 'node:buffer'
import type { Encoding } from './profile/report.ts'

/** What an upload's bytes told while they passed: later nobody has to read the file to know. */
export interface Survey {
  bom: Encoding | null
  /** All of it is valid UTF-8. */
  utf8: boolean
  nulBytes: number
  /** Letters beyond ASCII that are valid UTF-8, and bytes that are not, in the parts that are not all valid. */
  validLetters: number
  invalidBytes: number
  /** Share of NULs at even and odd places of the beginning: where UTF-16 has them. */
  nulsAtEven: number
  nulsAtOdd: number
}

const headBytes = 64 * 1024

/** Looks at bytes as they pass. */
export class Surveyor {
  #head: Buffer = Buffer.alloc(0)
  #nulBytes = 0
  #validLetters = 0
  #invalidBytes = 0
  /** The beginning of a character whose end is in the next chunk. */
  #tail: Buffer = Buffer.alloc(0)

  /** The first 64 KiB, or as much as has come. */
  get head(): Buffer {
    return this.#head
  }

  get headIsFull(): boolean {
    return this.#head.length === headBytes
  }

  take(chunk: Buffer): void {
    if (this.#head.length < headBytes) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, headBytes - this.#head.length)])
    }
    if (chunk.includes(0)) this.#nulBytes += count(chunk, 0)
    const bytes = this.#tail.length > 0 ? Buffer.concat([this.#tail, chunk]) : chunk
    const whole = wholeCharacters(bytes)
    this.#look(bytes.subarray(0, whole))
    this.#tail = Buffer.from(bytes.subarray(whole))
  }

  /** What was seen so far. */
  result(): Survey {
    return {
      bom: bomOf(this.#head),
      utf8: this.#invalidBytes === 0 && this.#tail.length === 0,
      nulBytes: this.#nulBytes,
      validLetters: this.#validLetters,
      invalidBytes: this.#invalidBytes,
      ...nulPlaces(this.#head),
    }
  }

  #look(bytes: Buffer): void {
    if (bytes.length === 0 || isUtf8(bytes)) return
    for (const letter of bytes.toString('utf8')) {
      if (letter === '\ufffd') this.#invalidBytes++
      else if (letter > '\x7f') this.#validLetters++
    }
  }
}

/** Length without a character at the end that is not complete. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return needed > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function bomOf(head: Buffer): Encoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  return null
}

function nulPlaces(head: Buffer): { nulsAtEven: number; nulsAtOdd: number } {
  let even = 0
  let odd = 0
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  const pairs = Math.max(1, Math.floor(head.length / 2))
  return { nulsAtEven: even / pairs, nulsAtOdd: odd / pairs }
}

function count(bytes: Buffer, byte: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found++
  return found
}

/** The encoding that fits the bytes best. Text in no Unicode encoding is taken for Windows-1252, which reads anything. */
export function encodingOf(survey: Survey): Encoding {
  if (survey.bom) return survey.bom
  // Text of European letters has a NUL in nearly every second byte; a stray NUL doesn't make UTF-16.
  if (survey.nulsAtOdd > 0.3 && survey.nulsAtEven < 0.05) return 'utf-16le'
  if (survey.nulsAtEven > 0.3 && survey.nulsAtOdd < 0.05) return 'utf-16be'
  return survey.utf8 || survey.validLetters > survey.invalidBytes ? 'utf-8' : 'windows-1252'
}
