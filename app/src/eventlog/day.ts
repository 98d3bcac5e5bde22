import type { LoggedEvent } from './types.ts'

/** The day that a moment belongs to in a zone, as text to compare. */
export function dayIn(zone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    era: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
}

/** The outcome that a subject had last, of level HIGH. */
export type LatestOutcome = Pick<LoggedEvent, 'key' | 'code' | 'notes' | 'createdAt'>

export interface Repeated {
  key: string
  code: string
  notes: string
  now: Date
  /** The organisation's: IANA name. */
  zone: string
}

/**
 * True when an outcome of level HIGH says on the same day what the subject's latest one said: somebody pressed
 * twice. Codes of different keys are different codes.
 */
export function isRepeat(latest: LatestOutcome | null, { key, code, notes, now, zone }: Repeated): boolean {
  if (latest === null || latest.key !== key || latest.code !== code || latest.notes !== notes) return false
  return dayIn(zone, latest.createdAt) === dayIn(zone, now)
}
