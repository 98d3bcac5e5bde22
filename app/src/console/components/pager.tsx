import type { VNode } from 'preact'

export interface PagerProps {
  /** Address of the first page; null while on it. */
  first: string | null
  /** Address of the page before; null where there is none, or paging goes one way. */
  newer?: string | null
  /** Address of the next page; null at the end. */
  next: string | null
}

/** Paging by cursor: on, or back to the newest. There are no page numbers to be wrong. */
export function Pager({ first, newer, next }: PagerProps): VNode | null {
  if (!first && !next) return null
  return (
    <nav class="pager" aria-label="Pages">
      {first ? <a href={first}>Newest</a> : null}
      {newer ? (
        <a href={newer} rel="prev">
          Newer
        </a>
      ) : null}
      {next ? (
        <a href={next} rel="next">
          Older
        </a>
      ) : (
        <span class="none">This is the end of the list</span>
      )}
    </nav>
  )
}
