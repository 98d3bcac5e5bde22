import { Cron } from 'croner'
import { JobError } from './errors.ts'
import { missingTimes } from './zone.ts'

/** When a schedule fires. */
export interface CronRule {
  /** Five fields (minute hour day month weekday), six with seconds before them, or a nickname such as `@daily`. */
  cron: string
  /** An IANA time zone, such as `Europe/London`. */
  timeZone: string
}

/**
 * The next `n` times after `after`, and not after `until`, at which the rule fires, oldest first.
 *
 * A fixed time (no `*` and no step in hour, minute and second) that the clock leaps over fires once, when it has
 * leapt; one that comes twice fires at the first. Everything else is an interval and follows real time.
 *
 * @throws JobError.Invalid as `checkRule`.
 */
export function nextFires(rule: CronRule, after: Date, n: number, until?: Date): Date[] {
  const fires = parse(rule)
  const found: Date[] = []
  let next = fires(after)
  while (next && found.length < n && !(until && next > until)) {
    found.push(next)
    if (found.length < n) next = fires(next)
  }
  return found
}

/** The newest fire after `after` and not after `until`, however many there are between; null where there is none. */
export function latestFire(rule: CronRule, after: Date, until: Date): Date | null {
  const fires = parse(rule)
  // Look back a minute, then further and further: a rule that fires seldom is cheap to walk far.
  for (let span = 60_000; ; span *= 10) {
    const from = Math.max(after.getTime(), until.getTime() - span)
    let latest: Date | null = null
    let next = fires(new Date(from))
    while (next && next <= until) {
      latest = next
      next = fires(latest)
    }
    if (latest || from === after.getTime()) return latest
  }
}

/** @throws JobError.Invalid when the rule can't be read, or never fires. */
export function checkRule(rule: CronRule): void {
  const fires = parse(rule)
  if (fires(new Date(0))) return
  throw new JobError.Invalid(`The cron ${quoted(rule.cron)} never fires: no month has such a day.`)
}

/** @throws JobError.Invalid when it is not the name of a time zone. */
export function checkTimeZone(timeZone: unknown): void {
  try {
    // Offsets such as +02:00 are read by newer runtimes only, and know no summer time.
    if (typeof timeZone === 'string' && /^[A-Za-z]/.test(timeZone))
      return void new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    // Told below.
  }
  throw new JobError.Invalid(
    `The time zone ${JSON.stringify(timeZone)} is unknown. Give an IANA name, such as "Europe/London" or "UTC".`,
  )
}

/** Answers the first fire after a time, or null. */
function parse({ cron, timeZone }: CronRule): (after: Date) => Date | null {
  const pattern = readPattern(cron)
  checkTimeZone(timeZone)
  const local = read(pattern, timeZone)
  if (!isFixedTime(pattern)) return (after) => local.nextRun(after)
  const wall = read(pattern, 'UTC')
  return (after) => {
    const next = local.nextRun(after)
    return next && earliest(next, missingTimes(timeZone, after, next), wall)
  }
}

/** croner leaves out a fixed time that a clock's leap over midnight skips; it fires when the clock has leapt. */
function earliest(next: Date, gaps: Iterable<{ at: Date; from: Date; to: Date }>, wall: Cron): Date {
  for (const { at, from, to } of gaps) {
    const skipped = wall.nextRun(new Date(from.getTime() - 1))
    if (skipped && skipped < to) return at
  }
  return next
}

function readPattern(cron: string): string {
  const pattern = typeof cron === 'string' ? cron.trim().toLowerCase() : ''
  const nickname = nicknames.get(pattern)
  if (nickname) return nickname
  if (pattern.startsWith('@')) throw unreadable(cron, `nicknames are ${[...nicknames.keys()].join(', ')}`)
  if (/^[\d*,\-/?#a-z]+(\s+[\d*,\-/?#a-z]+){4,5}$/.test(pattern)) return pattern
  throw unreadable(
    cron,
    'it must have five fields (minute hour day month weekday), or six with seconds first',
  )
}

const nicknames = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

function read(pattern: string, timezone: string): Cron {
  try {
    return new Cron(pattern, { timezone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', paused: true })
  } catch (error) {
    throw unreadable(
      pattern,
      error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error),
    )
  }
}

/** The same rule as croner's `no-wildcard`. */
function isFixedTime(pattern: string): boolean {
  return !/[*?/]/.test(pattern.split(/\s+/).slice(0, -3).join(' '))
}

function unreadable(cron: string, why: string): JobError {
  return new JobError.Invalid(
    `The cron ${quoted(cron)} can't be read: ${why.replace(/\.$/, '')}. ` +
      'Examples: "*/10 * * * *" every ten minutes, "30 6 * * MON-FRI" at 06:30 on weekdays, "@daily".',
  )
}

const quoted = (text: string) => JSON.stringify(text)
