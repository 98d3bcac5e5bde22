import type { VNode } from 'preact'
import { ago, clock, day, exact, hour, since, today } from '../assets/format.js'
import { usePerson } from '../person.ts'

export interface TimeProps {
  at: Date
  /**
   * `ago` "4 min ago" · `since` "4 min 2 s" · `clock` "14:02:11" · `hour` "14:02" · `day` "20 Nov, 14:02" ·
   * `today` "Friday 20 November 2026"; default `ago`.
   */
  as?: 'ago' | 'since' | 'clock' | 'hour' | 'day' | 'today'
}

/** A moment in the person's zone, the exact one as its title. The browser keeps `ago` and `since` true. */
export function Time({ at, as = 'ago' }: TimeProps): VNode {
  const { zone } = usePerson()
  const text = {
    ago: ago(at),
    since: since(at),
    clock: clock(at, zone),
    hour: hour(at, zone),
    day: day(at, zone),
    today: today(at, zone),
  }[as]
  return (
    <time dateTime={at.toISOString()} title={exact(at, zone)} data-time={as}>
      {text}
    </time>
  )
}
