import type { VNode } from 'preact'

/** The program's mark: ruled lines, and a tick at the end of the last. `assets/mark.svg` is the same. */
export function Mark(): VNode {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <rect class="mark-ground" width="24" height="24" rx="6" />
      <path class="mark-line" d="M6.5 7.5h11M6.5 12h5M6.5 16.5h3" />
      <path class="mark-line mark-tick" d="m12.5 15.2 2.2 2.3 4.3-5.2" />
    </svg>
  )
}
