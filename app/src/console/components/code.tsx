import type { Json } from '@factotum/jobs'
import type { VNode } from 'preact'

/** JSON as one reads it. Lines scroll inside, so that the page doesn't. */
export function JsonBlock({ value, label, id }: { value: Json; label: string; id?: string }): VNode {
  return (
    <CodeBlock text={JSON.stringify(value, null, 2)} label={`${label} as JSON`} {...(id ? { id } : {})} />
  )
}

/** Text of a program. With an `id` it keeps its scroll when its surroundings are replaced. */
export function CodeBlock({ text, label, id }: { text: string; label: string; id?: string }): VNode {
  return (
    <section
      class="code"
      aria-label={label}
      id={id}
      data-keep-scroll={id ? '' : undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <pre>
        <code>{text}</code>
      </pre>
    </section>
  )
}
