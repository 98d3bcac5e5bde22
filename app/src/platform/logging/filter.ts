import type { LogLine } from './line.ts'
import { type Level, type LogFileName, levels } from './names.ts'

/** Which lines are wanted; what isn't said narrows nothing. */
export interface LogFilter {
  /** This one and what weighs more. */
  lowest?: Level | undefined
  /** Somewhere in the line, in any case. */
  text?: string | undefined
  /** A request's lines, and those of all that came of it. */
  request?: string | undefined
  job?: string | undefined
  from?: Date | undefined
  until?: Date | undefined
}

/** A line's time is taken a little before its file's. Milliseconds. */
const slack = 1_000

/** False when no line of a file can match. */
export function mayHold(file: LogFileName, { lowest, from, until }: LogFilter): boolean {
  if (file.stream !== 'all' && lowest && levels.indexOf(file.stream) < levels.indexOf(lowest)) return false
  if (from && file.end && file.end.getTime() + slack < from.getTime()) return false
  return !until || file.start.getTime() - slack <= until.getTime()
}

/** Whether a line may match, by its text alone: most are not worth parsing. */
export function quickly({ text, request, job }: LogFilter): (line: string) => boolean {
  const exact = [request, job].filter(isText)
  // What JSON escapes is looked for later.
  const loose = (text?.toLowerCase().split(/["\\\p{Cc}]/u) ?? []).filter(isText)
  return (line) =>
    exact.every((part) => line.includes(part)) &&
    (loose.length === 0 || includesAll(line.toLowerCase(), loose))
}

const includesAll = (line: string, parts: string[]) => parts.every((part) => line.includes(part))

const isText = (part: string | undefined): part is string => part !== undefined && part !== ''

export function matches(line: LogLine, filter: LogFilter): boolean {
  const { lowest, text, request, job, from, until } = filter
  if (lowest && levels.indexOf(line.level) < levels.indexOf(lowest)) return false
  if (request && line.request !== request && line.correlation !== request) return false
  if (job && line.job !== job) return false
  if (from && line.at < from) return false
  if (until && line.at > until) return false
  return !text || readable(line).includes(text.toLowerCase())
}

/** What one can search for: what the page shows. */
const readable = ({ message, error, fields, program, request, job, correlation }: LogLine) =>
  [message, error, program, request, job, correlation, JSON.stringify(fields)].join('\n').toLowerCase()
