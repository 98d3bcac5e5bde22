import type { VNode } from 'preact'
import type { Asker } from '../../platform/accounts/asker.ts'
import { PostButton } from '../components/button.tsx'
import { Count } from '../components/count.tsx'
import type { CountedEntry } from '../console.ts'
import type { Section } from '../part.ts'
import { Mark } from './mark.tsx'

export interface NavigationProps {
  sections: { section: Section; entries: CountedEntry[] }[]
  active: string
  asker: Asker
}

/** At the left; on a phone a popover, which opens and closes without JavaScript. */
export function Navigation({ sections, active, asker }: NavigationProps): VNode {
  return (
    <nav class="nav" id="nav" popover="auto" aria-label="Main">
      <a class="brand" href="/">
        <Mark />
        <span>Factotum</span>
      </a>
      <button
        type="button"
        class="nav-close"
        popovertarget="nav"
        popovertargetaction="hide"
        aria-label="Close the menu"
      >
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path d="m6.5 6.5 11 11m0-11-11 11" />
        </svg>
      </button>
      {sections.map(({ section, entries }) => (
        <div class="nav-section" key={section}>
          <h2 class="nav-title">{section}</h2>
          <ul>
            {entries.map((entry) => (
              <li key={entry.href}>
                <a
                  class="nav-link"
                  href={entry.href}
                  aria-current={entry.href === active ? 'page' : undefined}
                >
                  <span>{entry.label}</span>
                  {entry.counted === null ? null : (
                    <span class="nav-count">
                      <Count value={entry.counted} />
                    </span>
                  )}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <Whoever asker={asker} active={active} />
    </nav>
  )
}

/** Who is signed in, with the way to their account and out; nothing of who came otherwise. */
function Whoever({
  asker: { account, via },
  active,
}: Pick<NavigationProps, 'asker' | 'active'>): VNode | null {
  if (via !== 'session') return null
  return (
    <div class="nav-person">
      <a class="nav-link" href="/account" aria-current={active === '/account' ? 'page' : undefined}>
        <span class="nav-name">{account.name}</span>
      </a>
      <PostButton action="/signout" id="sign-out">
        Sign out
      </PostButton>
    </div>
  )
}
