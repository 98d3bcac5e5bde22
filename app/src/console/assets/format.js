// How times, spans and sizes are written. The server draws with it, the browser keeps "ago" true with it:
// one text, no flicker between them. Types are in format.d.ts.

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function duration(ms) {
  const length = Math.max(0, ms)
  if (length < SECOND) return `${Math.round(length)} ms`
  if (length < 10 * SECOND) return `${Math.floor(length / 100) / 10} s`
  return wholeSeconds(length)
}

function wholeSeconds(length) {
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < 10 * MINUTE) return two(length, MINUTE, 'min', SECOND, 's')
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < DAY) return two(length, HOUR, 'h', MINUTE, 'min')
  return two(length, DAY, 'd', HOUR, 'h')
}

function two(length, big, bigName, small, smallName) {
  const rest = Math.floor((length % big) / small)
  const head = `${Math.floor(length / big)} ${bigName}`
  return rest === 0 ? head : `${head} ${rest} ${smallName}`
}

export function since(at, now = new Date()) {
  return wholeSeconds(Math.max(0, now.getTime() - at.getTime()))
}

export function ago(at, now = new Date()) {
  const length = now.getTime() - at.getTime()
  if (Math.abs(length) < SECOND) return 'just now'
  return length > 0 ? `${coarse(length)} ago` : `in ${coarse(-length)}`
}

// One unit is enough for what is past.
function coarse(length) {
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < DAY) return `${Math.floor(length / HOUR)} h`
  return `${Math.floor(length / DAY)} d`
}

const writers = new Map()

function writer(zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`
  let found = writers.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options })
    writers.set(key, found)
  }
  return found
}

const HOURS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }

export const clock = (at, zone) => writer(zone, { ...HOURS, second: '2-digit' }).format(at)

export const hour = (at, zone) => writer(zone, HOURS).format(at)

export function day(at, zone) {
  return `${writer(zone, { day: 'numeric', month: 'short' }).format(at)}, ${hour(at, zone)}`
}

export const today = (at, zone) =>
  writer(zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(at)

export function exact(at, zone) {
  const date = writer(zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(at)
  const time = writer(zone, { ...HOURS, second: '2-digit', fractionalSecondDigits: 3 }).format(at)
  return `${date}, ${time} ${zone}`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

export function bytes(size) {
  let value = Math.max(0, size)
  let unit = 0
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  const figures = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${Number(value.toFixed(figures))} ${units[unit]}`
}
