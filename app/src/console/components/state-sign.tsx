import type { JobState } from '@factotum/jobs'
import type { VNode } from 'preact'

export interface StateSignProps {
  /** Which sign and colour: a job's state, or the one that a feature's own status is like. */
  sign: JobState
  /** The word beside it; default the state. */
  word?: string
}

/** The one sign of a state, always with a word: never colour alone. */
export function StateSign({ sign, word = sign }: StateSignProps): VNode {
  return (
    <span class={`state state-${sign}`}>
      <svg class="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        {signs[sign]}
      </svg>
      <span>{word}</span>
    </span>
  )
}

const signs: Record<JobState, VNode> = {
  // A clock.
  scheduled: (
    <>
      <circle cx="8" cy="8" r="5.25" />
      <path d="M8 5v3.2l2.1 1.3" />
    </>
  ),
  // A ring.
  queued: <circle cx="8" cy="8" r="4.75" />,
  // An arc that turns.
  started: (
    <>
      <circle cx="8" cy="8" r="5.25" class="sign-track" />
      <path class="sign-turn" d="M8 2.75A5.25 5.25 0 0 1 13.25 8" />
    </>
  ),
  // A tick.
  finished: <path d="m3.5 8.5 3 3 6-7" />,
  // A cross in a square.
  failed: (
    <>
      <rect x="2.75" y="2.75" width="10.5" height="10.5" rx="2" />
      <path d="m6 6 4 4m0-4-4 4" />
    </>
  ),
  // A slashed ring.
  canceled: (
    <>
      <circle cx="8" cy="8" r="5.25" />
      <path d="m4.3 11.7 7.4-7.4" />
    </>
  ),
  // A link.
  deferred: (
    <path d="M6.8 9.2a2.4 2.4 0 0 0 3.4 0l2-2a2.4 2.4 0 0 0-3.4-3.4l-.8.8m1.2 2.2a2.4 2.4 0 0 0-3.4 0l-2 2a2.4 2.4 0 0 0 3.4 3.4l.8-.8" />
  ),
}
