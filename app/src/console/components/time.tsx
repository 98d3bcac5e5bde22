import type { VNode } from 'preact'
import { ago } from '../format/ago.ts'
import { clock, day, exact } from '../format/clock.ts'

export interface TimeProps {
  at: Date
  /** `ago` "4 min ago" · `clock` "14:02:11" · `day` "20 Nov 14:02"; default `ago`. */
  as?: 'ago' | 'clock' | 'day'
}

/**
 * A moment. The server writes it in UTC; the browser writes it in the person's zone and keeps "ago" true.
 * The exact time is the title.
 */
export function Time({ at, as = 'ago' }: TimeProps): VNode {
  const text = { ago, clock, day }[as](at)
  return (
    <time dateTime={at.toISOString()} title={exact(at)} data-time={as}>
      {text}
    </time>
  )
}
