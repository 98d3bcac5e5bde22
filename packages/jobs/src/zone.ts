/** A stretch of local time that a zone's clock leaps over. */
export interface MissingTimes {
  /** The instant of the leap. */
  at: Date
  /** The first local time that is missing, and the first that is there again, both as if they were UTC. */
  from: Date
  to: Date
}

const day = 86_400_000

/** Each leap forward of the zone's clock after `after` and before `until`, oldest first. */
export function* missingTimes(timeZone: string, after: Date, until: Date): Generator<MissingTimes> {
  const offset = offsets(timeZone)
  // No zone leaps twice within a day, so that two ends of one show each leap.
  for (let start = after.getTime(); start < until.getTime(); start += day) {
    const end = Math.min(start + day, until.getTime())
    if (offset(end) <= offset(start)) continue
    const at = leap(offset, start, end)
    if (at < until.getTime()) {
      yield { at: new Date(at), from: new Date(at + offset(at - 1)), to: new Date(at + offset(at)) }
    }
  }
}

/** The first millisecond at which the offset is that of `end`. */
function leap(offset: (at: number) => number, start: number, end: number): number {
  let before = start
  let after = end
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offset(middle) === offset(end)) after = middle
    else before = middle
  }
  return after
}

/** The zone's distance from UTC in milliseconds, by instant. */
function offsets(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-u-hc-h23', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  })
  return (at) => {
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const get = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0
    const local = Date.UTC(
      get('year'),
      get('month') - 1,
      get('day'),
      get('hour'),
      get('minute'),
      get('second'),
    )
    return local - Math.floor(at / 1000) * 1000
  }
}
