import { errors } from '../../platform/errors/index.ts'

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads an ISO 8601 time, in UTC where it names no zone, or how long ago: `15m`, `24h`, `7d`. */
export function momentOf(field: string, text: string, now = new Date()): Date {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count && (unit === 'm' || unit === 'h' || unit === 'd'))
    return new Date(now.getTime() - Number(count) * units[unit])
  const iso = /^\d{4}-\d\d-\d\d(T[\d:.]+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text)
  // A day alone is in UTC already; a time of day without a zone would be the server's.
  const at = new Date(iso ? `${text}${iso[1] && !iso[2] ? 'Z' : ''}` : Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw errors.fail('invalid', {
    reason: `"${field}" is no time: ${text}. Use ISO 8601, such as 2027-01-31T09:30:00Z, or how long ago: 15m, 24h, 7d.`,
  })
}
