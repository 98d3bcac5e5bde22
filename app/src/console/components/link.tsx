import type { ComponentChildren, VNode } from 'preact'

/** A link to an address that came from outside. One that could run a script is shown as text. */
export function Link({ href, children }: { href: string; children: ComponentChildren }): VNode {
  return isSafe(href) ? (
    <a href={href} rel="noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  )
}

const base = 'http://local.invalid'

/** http, https and mailto, and paths on this host. Escaping alone lets `javascript:` through. */
export function isSafe(href: string): boolean {
  if (!URL.canParse(href, base)) return false
  return ['http:', 'https:', 'mailto:'].includes(new URL(href, base).protocol)
}
