import type { ComponentChildren, VNode } from 'preact'

export interface Fact {
  label: string
  value: ComponentChildren
}

/** Names and values, one a line. */
export function Facts({ facts }: { facts: Fact[] }): VNode {
  return (
    <dl class="facts">
      {facts.map(({ label, value }) => (
        <div class="fact" key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
