import { JobError } from './errors.ts'
import type { Duration } from './types.ts'

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const parts = { days: units.d, hours: units.h, minutes: units.m, seconds: units.s } as const

/** 100 years: beyond it a date is a mistake, and far beyond it can't be stored. */
const longest = 36_525 * units.d

const allowed =
  "Allowed are milliseconds (1500), text like '10s' or '1h30m' (units ms, s, m, h, d), " +
  'or { days, hours, minutes, seconds }, from 0 to 100 years'

/**
 * A duration in milliseconds.
 *
 * @param what Names the value in the error's sentence: `'delay'`, `'timeout of job "resize"'`.
 * @throws JobError.Invalid when it is negative, not finite, unreadable, or has parts that don't exist.
 */
export function milliseconds(duration: Duration, what: string): number {
  const ms = read(duration)
  if (ms !== null && ms >= 0 && ms <= longest) return ms
  throw new JobError.Invalid(`The ${what} can't be ${shown(duration)}. ${allowed}.`)
}

/** Null for what is no duration. */
function read(duration: unknown): number | null {
  if (typeof duration === 'number') return duration
  if (typeof duration === 'string') return readText(duration)
  if (typeof duration === 'object' && duration !== null) return readParts(duration)
  return null
}

function readText(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|[smhd])\s*)+$/.test(text)) return null
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    if (isUnit(unit)) sum += Number(count) * units[unit]
  }
  return sum
}

function readParts(duration: object): number | null {
  const entries = Object.entries(duration).filter(([, count]) => count !== undefined)
  if (entries.length === 0) return null
  let sum = 0
  for (const [part, count] of entries) {
    if (!isPart(part) || typeof count !== 'number' || !(count >= 0)) return null
    sum += count * parts[part]
  }
  return sum
}

const isUnit = (text: string | undefined): text is keyof typeof units =>
  text !== undefined && Object.hasOwn(units, text)
const isPart = (text: string): text is keyof typeof parts => Object.hasOwn(parts, text)

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const inside = Object.entries(value).map(
    ([key, count]) => `${key}: ${typeof count === 'object' ? '…' : String(count)}`,
  )
  return `{ ${inside.join(', ').slice(0, 100)} }`
}
