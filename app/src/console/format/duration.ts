const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Milliseconds as one says them, with at most two units: "41 ms", "9.2 s", "2 min 4 s", "3 h", "12 d 4 h". */
export function duration(ms: number): string {
  const length = Math.max(0, ms)
  if (length < SECOND) return `${Math.round(length)} ms`
  if (length < 10 * SECOND) return `${trimmed(length / SECOND)} s`
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < 10 * MINUTE) return two(length, MINUTE, 'min', SECOND, 's')
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < DAY) return two(length, HOUR, 'h', MINUTE, 'min')
  return two(length, DAY, 'd', HOUR, 'h')
}

function two(length: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((length % big) / small)
  const head = `${Math.floor(length / big)} ${bigName}`
  return rest === 0 ? head : `${head} ${rest} ${smallName}`
}

const trimmed = (value: number) => (Math.floor(value * 10) / 10).toString()
