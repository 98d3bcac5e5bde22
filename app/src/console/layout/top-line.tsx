import type { VNode } from 'preact'
import { Time } from '../components/time.tsx'
import { usePerson } from '../person.ts'
import { Mark } from './mark.tsx'
import { type Theme, themes } from './theme.ts'

/** Above the page: the way to the navigation on a phone, the day, the connection, the theme. */
export function TopLine({ path, theme, known }: { path: string; theme: Theme; known: boolean }): VNode {
  const { zone } = usePerson()
  return (
    <header class="top">
      {known ? <MenuButton /> : null}
      <a class="brand top-brand" href="/">
        <Mark />
        <span>Factotum</span>
      </a>
      <p class="top-day">
        <Time at={new Date()} as="today" /> <span class="top-zone">{zone}</span>
      </p>
      {known ? <LiveLight /> : null}
      <ThemeSwitch path={path} theme={theme} />
    </header>
  )
}

function MenuButton(): VNode {
  return (
    <button type="button" class="top-menu" popovertarget="nav" aria-label="Menu">
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <path d="M4.5 7.5h15M4.5 12h15M4.5 16.5h15" />
      </svg>
    </button>
  )
}

/** The script sets `data-live-light` and the word; without it, the page says that it stands still. */
function LiveLight(): VNode {
  return (
    <p class="light" data-live-light="connecting">
      <span class="light-dot" aria-hidden="true" />
      <span class="light-word">Connecting</span>
      <span class="light-still">Reload for news</span>
    </p>
  )
}

const words: Record<Theme, string> = { light: 'Light', auto: 'As the system', dark: 'Dark' }

function ThemeSwitch({ path, theme }: { path: string; theme: Theme }): VNode {
  return (
    <form class="theme" method="post" action="/theme" data-theme-switch>
      <input type="hidden" name="back" value={path} />
      <fieldset>
        <legend class="hidden">Theme</legend>
        {themes.map((each) => (
          <button
            type="submit"
            name="theme"
            value={each}
            aria-pressed={each === theme}
            aria-label={words[each]}
            title={words[each]}
            key={each}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              {signs[each]}
            </svg>
          </button>
        ))}
      </fieldset>
    </form>
  )
}

const signs: Record<Theme, VNode> = {
  light: (
    <>
      <circle cx="8" cy="8" r="2.75" />
      <path d="M8 1.75v1.5m0 9.5v1.5m6.25-6.25h-1.5m-9.5 0h-1.5m10.67-4.42-1.06 1.06m-6.72 6.72-1.06 1.06m8.84 0-1.06-1.06M4.64 4.64 3.58 3.58" />
    </>
  ),
  auto: (
    <>
      <rect x="2.25" y="3.25" width="11.5" height="7.5" rx="1" />
      <path d="M6 13.25h4m-2-2.5v2.5" />
    </>
  ),
  dark: <path d="M13.25 9.6A5.5 5.5 0 0 1 6.4 2.75a5.5 5.5 0 1 0 6.85 6.85z" />,
}
