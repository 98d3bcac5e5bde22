import type { ComponentChildren, VNode } from 'preact'

export interface ProgressProps {
  /** What is in progress, for those who don't see the bar. */
  label: string
  /** 0 to 1, or null while nothing is known. */
  done: number | null
  /** Shares of the whole, shown after what is done; 0 to 1, default 0. */
  failed?: number
  skipped?: number
  /** "37 of 120, 2 failed, about 1 min left". Default the percentage. */
  text?: ComponentChildren
  /** The item that is being worked on, under the bar. */
  current?: ComponentChildren
}

/** Done, failed and skipped in one bar with three shades, and in words. */
export function Progress({ label, done, failed = 0, skipped = 0, text, current }: ProgressProps): VNode {
  const percent = Math.floor(share(done ?? 0) * 100)
  const all = Math.floor(share((done ?? 0) + failed + skipped) * 100)
  return (
    <div class="progress">
      <svg
        class="bar"
        width="100%"
        height="6"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(done === null ? {} : { 'aria-valuenow': all })}
      >
        <rect class="bar-done" width={percentage(done ?? 0)} height="6" />
        {failed > 0 && (
          <rect class="bar-failed" x={percentage(done ?? 0)} width={percentage(failed)} height="6" />
        )}
        {skipped > 0 && (
          <rect
            class="bar-skipped"
            x={percentage((done ?? 0) + failed)}
            width={percentage(skipped)}
            height="6"
          />
        )}
      </svg>
      <div class="progress-text">
        {text ?? (done === null ? 'Not known yet' : `${percent} %`)}
        {current ? <span class="progress-current"> · {current}</span> : null}
      </div>
    </div>
  )
}

const share = (value: number) => Math.min(1, Math.max(0, value))
const percentage = (value: number) => `${(share(value) * 100).toFixed(2)}%`
