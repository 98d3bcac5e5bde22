import type { VNode } from 'preact'
import { duration } from '../assets/format.js'

export interface DurationProps {
  /** Milliseconds; null shows a dash. */
  ms: number | null
  /** The longest of those it stands beside: adds a small bar, so that the slow one is seen. */
  longest?: number
}

/** A span of time with its unit. */
export function Duration({ ms, longest }: DurationProps): VNode {
  if (ms === null) return <span class="none">–</span>
  return (
    <span class="duration">
      <span>{duration(ms)}</span>
      {longest ? (
        <svg class="duration-bar" width="48" height="4" aria-hidden="true">
          <rect class="bar-done" width={Math.max(1, (48 * ms) / Math.max(longest, ms))} height="4" />
        </svg>
      ) : null}
    </span>
  )
}
