import { type Level, levelOf } from './names.ts'

/** A line of the log as one reads it. */
export interface LogLine {
  /** Its place among all lines, for the address of the next page. */
  place: Place
  at: Date
  level: Level
  message: string
  program: string
  request: string | null
  job: string | null
  /** The request from which it all came. */
  correlation: string | null
  /** With its stack. */
  error: string | null
  /** All else that it says. */
  fields: Record<string, unknown>
}

/** Lines of one time stand in the order of their files, then in the file's. */
export interface Place {
  /** Milliseconds. */
  at: number
  /** The file's id. */
  file: string
  /** Where in it the line begins, uncompressed. */
  offset: number
}

/** Above zero when `a` is later. */
export const comparePlaces = (a: Place, b: Place): number =>
  a.at - b.at || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset)

/** What of a line has a name of its own. */
const own = new Set(['time', 'level', 'msg', 'program', 'request', 'job', 'correlation', 'err'])

/** Null for what is no line: half of one, where a disk was full. */
export function parseLine(text: string, file: string, offset: number): LogLine | null {
  const entry = entryOf(text)
  if (!entry) return null
  const at = new Date(String(entry.time))
  if (Number.isNaN(at.getTime())) return null
  const textOf = (name: string) => (typeof entry[name] === 'string' ? entry[name] : null)
  return {
    place: { at: at.getTime(), file, offset },
    at,
    level: levelOf(Number(entry.level)),
    message: textOf('msg') ?? '',
    program: textOf('program') ?? '',
    request: textOf('request'),
    job: textOf('job'),
    correlation: textOf('correlation'),
    error: errorOf(entry.err),
    fields: Object.fromEntries(Object.entries(entry).filter(([name]) => !own.has(name))),
  }
}

function entryOf(text: string): Record<string, unknown> | null {
  try {
    const entry: unknown = JSON.parse(text)
    return typeof entry === 'object' && entry !== null ? Object.fromEntries(Object.entries(entry)) : null
  } catch {
    return null
  }
}

function errorOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? error : null
  const text = 'stack' in error ? error.stack : 'message' in error ? error.message : null
  return typeof text === 'string' ? text : JSON.stringify(error)
}
