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
  return length > 0 ? `${coarse(length)} ago` : `in ${ahead(-length)}`
}

// One unit is enough for what is past.
function coarse(length) {
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < DAY) return `${Math.floor(length / HOUR)} h`
  return `${Math.floor(length / DAY)} d`
}

// What is to come is rounded: "in 2 h", not "in 1 h", a second after it was said.
function ahead(length) {
  const unit = [SECOND, MINUTE, HOUR, DAY].findLast((each) => length >= each - each / 120) ?? SECOND
  return coarse(Math.round(length / unit) * unit)
}

const writers = new Map()

// Only the parts are taken: how a browser and a server put them together differs from version to version.
function parts(at, zone) {
  let writer = writers.get(zone)
  if (!writer) {
    writer = new Intl.DateTimeFormat('en', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'long',
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    writers.set(zone, writer)
  }
  return Object.fromEntries(writer.formatToParts(at).map(({ type, value }) => [type, value]))
}

export function clock(at, zone) {
  const { hour, minute, second } = parts(at, zone)
  return `${hour}:${minute}:${second}`
}

export function hour(at, zone) {
  const { hour, minute } = parts(at, zone)
  return `${hour}:${minute}`
}

export function day(at, zone) {
  const { day, month, hour, minute } = parts(at, zone)
  return `${day} ${month.slice(0, 3)}, ${hour}:${minute}`
}

export function today(at, zone) {
  const { weekday, day, month, year } = parts(at, zone)
  return `${weekday} ${day} ${month} ${year}`
}

export function exact(at, zone) {
  const { day, month, year, hour, minute, second } = parts(at, zone)
  const fraction = String(at.getUTCMilliseconds()).padStart(3, '0')
  return `${day} ${month.slice(0, 3)} ${year}, ${hour}:${minute}:${second}.${fraction} ${zone}`
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
