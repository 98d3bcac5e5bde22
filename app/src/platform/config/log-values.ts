import type { Rotation } from '../logging/log-file.ts'
import { bytesOf } from './size.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function logLevel(text: string): string {
  if (logLevels.includes(text)) return text
  throw new Error(`must be one of ${logLevels.join(', ')}, not "${text}"`)
}

/** Pages read the current file from its end, but an archive whole. */
const largestFile = 100_000_000

export const defaultRotation: Rotation = { lines: 1_000, bytes: largestFile }

export function logFiles(text: string): 'one' | 'each' {
  if (text === 'one' || text === 'each') return text
  throw new Error(`must be one or each, not "${text}"`)
}

export function logRotation(text: string): Rotation {
  const [, lines] = /^(\d{1,9}) ?lines?$/.exec(text) ?? []
  if (lines && Number(lines) > 0) return { lines: Number(lines), bytes: largestFile }
  const bytes = /\d$/.test(text) ? Number.NaN : bytesOf(text)
  if (bytes >= 1_000 && bytes <= largestFile) return { lines: Number.POSITIVE_INFINITY, bytes }
  throw new Error(
    `must be a number of lines, or a size from 1kB to 100MB, such as 1000 lines or 10MB, not "${text}"`,
  )
}

export function logDays(text: string): number {
  const days = Number(text)
  if (/^\d+$/.test(text) && days >= 1 && days <= 3_650) return days
  throw new Error(`must be a whole number from 1 to 3650, not "${text}"`)
}
