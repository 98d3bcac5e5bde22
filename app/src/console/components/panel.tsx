import type { ComponentChildren, VNode } from 'preact'

export interface PanelProps {
  /** An element id; the heading's is `{id}-title`. */
  id: string
  title: string
  /** Beside the heading: a link, a count. */
  aside?: ComponentChildren
  children: ComponentChildren
  /** Subjects whose events replace the panel: `job:77`. */
  live?: string
  /** Topics of which every event replaces the panel: `jobs`. */
  topics?: string
  /** Milliseconds between two replacements at least; default 250. */
  every?: number
  /** Where the panel's new HTML is: one `<section>` of the same id. */
  source?: string
}

/** A part of a page under a heading. */
export function Panel({ id, title, aside, children, live, topics, every, source }: PanelProps): VNode {
  return (
    <section
      class="panel"
      id={id}
      aria-labelledby={`${id}-title`}
      data-live={live}
      data-live-topics={topics}
      data-live-every={every}
      {...(source ? { 'hx-get': source, 'hx-trigger': 'live', 'hx-swap': 'outerHTML' } : {})}
    >
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside ? <div class="panel-aside">{aside}</div> : null}
      </header>
      {children}
    </section>
  )
}
