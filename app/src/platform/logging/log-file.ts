import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { completeName, currentName, newId, type Owner, type Stream } from './names.ts'

/** When a file is full, and the next one begins; a new day (UTC) always begins one. */
export interface Rotation {
  lines: number
  bytes: number
}

export interface LogFileOptions {
  folder: string
  stream: Stream
  owner: Owner
  rotation: Rotation
  /** A file is complete. */
  turned?: () => void
}

/** Bytes that wait while the disk is full; what is more is lost. */
const keptInMemory = 500_000

/** How often it is looked whether the file is still there, in milliseconds. */
const lookEvery = 1_000

const aDay = 86_400_000

/** Of the files that this process has begun. */
let numbers = 0

/**
 * Writes lines to one file after the other. `write` returns when the operating system has the line, in one piece
 * where the disk has room: it survives this process. No other process writes these files, so that turning to the next is
 * a rename that nobody has to be told of.
 */
export class LogFile {
  readonly #options: LogFileOptions
  #open: Open | null = null
  #lookedAt = 0
  /** Lines that are not written: one, or many while the disk is full. Of the first a part may be. */
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  #half = false
  #said = false

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  /** Never throws: a full disk costs lines, not the program. @param line ends with a newline */
  write(line: string): void {
    const bytes = Buffer.from(line)
    const free = this.#drain()
    if (!free && this.#waitingBytes + bytes.length > keptInMemory) return
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (free) this.#drain()
  }

  /** Completes the file; the next line begins another. */
  close(): void {
    if (!this.#open) return
    const { fd, id, writtenAt } = this.#open
    const { folder, turned } = this.#options
    this.#open = null
    try {
      closeSync(fd)
      renameSync(join(folder, currentName(id)), join(folder, completeName(id, new Date(writtenAt))))
      turned?.()
    } catch (error) {
      // Somebody removed it.
      if (!isMissing(error)) this.#say(error)
    }
  }

  /** Writes what waits; false while that can't be done. */
  #drain(): boolean {
    try {
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) this.#put(next)
      this.#said = false
      return true
    } catch (error) {
      this.#say(error)
      return false
    }
  }

  /** Half a line is ended before anything else, in its own file. */
  #put(bytes: Buffer): void {
    const now = Date.now()
    const file = this.#half && this.#open ? this.#open : this.#fileAt(now)
    const written = writeSync(file.fd, bytes)
    file.bytes += written
    file.writtenAt = now
    this.#waitingBytes -= written
    this.#half = written < bytes.length
    if (this.#half) this.#waiting[0] = bytes.subarray(written)
    else {
      this.#waiting.shift()
      file.lines++
    }
  }

  #fileAt(now: number): Open {
    if (this.#open && this.#isDone(this.#open, now)) this.close()
    this.#open ??= this.#next(now)
    return this.#open
  }

  #isDone({ fd, day, lines, bytes }: Open, now: number): boolean {
    const { rotation } = this.#options
    if (lines >= rotation.lines || bytes >= rotation.bytes || Math.floor(now / aDay) !== day) return true
    if (now - this.#lookedAt < lookEvery) return false
    this.#lookedAt = now
    // It was removed: what is written there goes with this process.
    return fstatSync(fd).nlink === 0
  }

  #next(now: number): Open {
    const { folder, stream, owner } = this.#options
    const id = newId(new Date(now), stream, owner, ++numbers)
    mkdirSync(folder, { recursive: true })
    const fd = openSync(join(folder, currentName(id)), 'ax', 0o640)
    this.#lookedAt = now
    return { fd, id, day: Math.floor(now / aDay), lines: 0, bytes: 0, writtenAt: now }
  }

  #say(error: unknown): void {
    if (!this.#said) process.stderr.write(`The log can't be written: ${reasonOf(error)}\n`)
    this.#said = true
  }
}

interface Open {
  fd: number
  id: string
  /** Of the era, in UTC. */
  day: number
  lines: number
  bytes: number
  /** When its last line was. */
  writtenAt: number
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
