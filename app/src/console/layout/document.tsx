import type { VNode } from 'preact'
import type { Asker } from '../../platform/accounts/asker.ts'
import type { Assets } from '../assets.ts'
import type { CountedEntry } from '../console.ts'
import type { Page } from '../page.tsx'
import type { Section } from '../part.ts'
import { usePerson } from '../person.ts'
import { Navigation } from './navigation.tsx'
import type { Theme } from './theme.ts'
import { TopLine } from './top-line.tsx'

export interface DocumentProps {
  page: Page
  /** The page's own address, to come back to. */
  path: string
  theme: Theme
  /** Null for who isn't signed in: there is nothing to go to, and nothing to hear. */
  asker: Asker | null
  navigation: { section: Section; entries: CountedEntry[] }[]
  assets: Assets
  /** Behind which the page's live events begin. */
  cursor: string | undefined
}

/** The frame of every page. */
export function Document({ page, path, theme, asker, navigation, assets, cursor }: DocumentProps): VNode {
  const known = asker !== null
  const { zone, formToken } = usePerson()
  const topics = known ? (page.topics ?? ['jobs', 'files']) : []
  return (
    <html lang="en" data-theme={theme} data-zone={zone}>
      <Head title={page.title} assets={assets} modules={page.modules ?? []} formToken={formToken} />
      <body class={known ? undefined : 'signed-out'} data-topics={topics.join(',')} data-cursor={cursor}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {asker ? <Navigation sections={navigation} active={page.active} asker={asker} /> : null}
        <TopLine path={path} theme={theme} known={known} />
        <main id="main" tabIndex={-1}>
          <header class="page-head">
            <h1>{page.title}</h1>
            {page.action ? <div class="page-action">{page.action}</div> : null}
          </header>
          <div id="notices" class="notices" />
          {page.body}
        </main>
        <div id="dialog" />
        <div id="announcer" class="hidden" role="status" />
      </body>
    </html>
  )
}

interface HeadProps {
  title: string
  assets: Assets
  modules: string[]
  formToken: string | null
}

/** What our policy forbids is off: htmx neither evaluates attributes nor adds a style element. */
const htmxConfig = {
  allowEval: false,
  includeIndicatorStyles: false,
  historyEnabled: false,
  scrollBehavior: 'auto',
  // What is put in place hears events at once: one that came before it settled would be lost.
  defaultSettleDelay: 0,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    // An error of ours is a piece of a page too, and says where it goes; `swap.js` sorts out what isn't ours.
    { code: '[45]..', swap: true },
    { code: '...', swap: false, error: true },
  ],
}

function Head({ title, assets, modules, formToken }: HeadProps): VNode {
  const at = (path: string) => `${assets.base}/${path}`
  return (
    <head>
      <meta charSet="utf-8" />
      <title>{`${title} · Factotum`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" content="#faf8f3" media="(prefers-color-scheme: light)" />
      <meta name="theme-color" content="#11161a" media="(prefers-color-scheme: dark)" />
      {formToken ? <meta name="csrf-token" content={formToken} /> : null}
      <meta name="htmx-config" content={JSON.stringify(htmxConfig)} />
      <link rel="icon" href={at('mark.svg')} type="image/svg+xml" />
      <link
        rel="preload"
        href={at('inter-latin.woff2')}
        as="font"
        type="font/woff2"
        crossOrigin="anonymous"
      />
      {assets.styles.map((path) => (
        <link rel="stylesheet" href={at(path)} key={path} />
      ))}
      <script src={at('htmx.js')} defer />
      {[...assets.modules, ...modules].map((path) => (
        <script type="module" src={at(path)} key={path} />
      ))}
    </head>
  )
}
