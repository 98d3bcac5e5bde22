import type { ComponentChildren, VNode } from 'preact'

export interface Chip {
  label: ComponentChildren
  href: string
  active: boolean
}

/** A choice among filters, kept in the address. */
export function Chips({ label, chips }: { label: string; chips: Chip[] }): VNode {
  return (
    <nav class="chips" aria-label={label}>
      {chips.map((chip) => (
        <a class="chip" href={chip.href} aria-current={chip.active ? 'true' : undefined} key={chip.href}>
          {chip.label}
        </a>
      ))}
    </nav>
  )
}
