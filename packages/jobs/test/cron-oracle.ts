import { type CronRule, nextFires } from '../src/cron.ts'

const minute = 60_000
const day = 86_400_000

/**
 * When a five-field rule of plain numbers fires after `after` and until `until`, found the slow and simple way: each
 * minute of local time that satisfies the fields is looked up in the zone.
 */
export function simpleFires({ cron, timeZone }: CronRule, after: number, until: number): number[] {
  const satisfies = matcher(cron)
  const isFixed = !/[*/]/.test(cron.split(' ').slice(0, 2).join(' '))
  const found = new Set<number>()
  const first = Math.floor((after - 2 * day) / minute) * minute
  for (let wall = first; wall < until + 2 * day; wall += minute) {
    if (!satisfies(new Date(wall))) continue
    const instants = instantsOf(wall, timeZone)
    const fires = isFixed ? [instants[0] ?? endOfGap(wall, timeZone)] : instants
    for (const at of fires) if (at > after && at <= until) found.add(at)
  }
  return [...found].sort((a, b) => a - b)
}

/** The next fires in local time with the distance from UTC in hours, so that a repeated hour shows. */
export const localFires = (cron: string, timeZone: string, after: string, n: number) =>
  nextFires({ cron, timeZone }, new Date(after), n).map((at) => {
    const offset = offsetAt(timeZone, at.getTime())
    return `${new Date(at.getTime() + offset).toISOString().slice(0, 16)} ${offset / 3_600_000}`
  })

const formats = new Map<string, Intl.DateTimeFormat>()
const known = new Map<string, number>()

/** The zone's distance from UTC, in milliseconds. */
export function offsetAt(timeZone: string, at: number): number {
  const quarter = Math.floor(at / (15 * minute)) * 15 * minute
  const key = `${timeZone} ${quarter}`
  const offset = known.get(key) ?? lookUp(timeZone, quarter)
  known.set(key, offset)
  return offset
}

function lookUp(timeZone: string, at: number): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, format)
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at
}

/** None where the clock leaps over it, two where it comes twice. */
function instantsOf(wall: number, timeZone: string): number[] {
  const offsets = new Set([offsetAt(timeZone, wall - 2 * day), offsetAt(timeZone, wall + 2 * day)])
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((at) => at + offsetAt(timeZone, at) === wall)
    .sort((a, b) => a - b)
}

function endOfGap(wall: number, timeZone: string): number {
  let later = wall
  while (instantsOf(later, timeZone).length === 0) later += minute
  return instantsOf(later, timeZone)[0] ?? later
}

function matcher(cron: string): (wall: Date) => boolean {
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = cron.split(' ')
  return (wall) => {
    const onDay = holds(days, wall.getUTCDate(), 1)
    const onWeekday = holds(weekdays, wall.getUTCDay(), 0)
    const either = days === '*' || weekdays === '*' ? onDay && onWeekday : onDay || onWeekday
    const inTime = holds(minutes, wall.getUTCMinutes(), 0) && holds(hours, wall.getUTCHours(), 0)
    return inTime && either && holds(months, wall.getUTCMonth() + 1, 1)
  }
}

function holds(field: string, value: number, least: number): boolean {
  if (field === '*') return true
  if (field.startsWith('*/')) return (value - least) % Number(field.slice(2)) === 0
  return field.split(',').some((part) => {
    const [from, to] = part.split('-').map(Number)
    return from !== undefined && value >= from && value <= (to ?? from)
  })
}
