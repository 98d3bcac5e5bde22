import type { ComponentChildren, VNode } from 'preact'
import { duration } from '../assets/format.js'
import { Time } from './time.tsx'

export interface TimelineEntry {
  at: Date
  title: ComponentChildren
  text?: ComponentChildren
  tone?: 'plain' | 'good' | 'bad' | 'now'
}

/** A gap from here on is drawn and named. */
const GAP = 1_000

/** Who did what when, oldest first, with gaps shown as gaps. */
export function Timeline({ entries }: { entries: TimelineEntry[] }): VNode {
  return (
    <ol class="timeline">
      {entries.map((entry, index) => {
        const before = entries[index - 1]
        const gap = before ? entry.at.getTime() - before.at.getTime() : 0
        return (
          <>
            {gap >= GAP ? (
              <li class="timeline-gap">
                <span class="timeline-mark" aria-hidden="true" />
                <span class="timeline-length">{duration(gap)}</span>
              </li>
            ) : null}
            <li class={`timeline-entry timeline-${entry.tone ?? 'plain'}`}>
              <Time at={entry.at} as="clock" />
              <span class="timeline-mark" aria-hidden="true" />
              <div>
                <div class="timeline-title">{entry.title}</div>
                {entry.text ? <div class="timeline-text">{entry.text}</div> : null}
              </div>
            </li>
          </>
        )
      })}
    </ol>
  )
}
