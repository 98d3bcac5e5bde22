import type { VNode } from 'preact'
import type { Permission } from '../platform/accounts/permissions.ts'
import type { Context } from '../platform/context.ts'

/** The navigation is sorted by what people do. */
export type Section = 'Work' | 'Behind it' | 'Office'

export interface NavigationEntry {
  section: Section
  label: string
  href: string
  /** Lower stands higher within its section. */
  order: number
  /** Shown to who has this; default: to everybody who is signed in. */
  needs?: Permission
  /** A number beside the label; null shows none. Asked for with each page: keep it cheap. */
  count?: (context: Context) => Promise<number | null>
}

/** A piece of the overview. Loads its data first, since components render synchronously. */
export interface OverviewPanel {
  id: string
  /** Lower stands higher. */
  order: number
  /** Loaded for who has this; default: for everybody who is signed in. */
  needs?: Permission
  load(context: Context): Promise<VNode>
}

/** What a feature adds to the console: the default export of its `console.tsx`. */
export interface ConsolePart {
  navigation?: NavigationEntry[]
  overview?: OverviewPanel[]
  /** A folder with the feature's own scripts and styles; `page.tsx` says how a page asks for them. */
  assets?: FeatureAssets
}

export interface FeatureAssets {
  /** The feature's name: its files are served under it. */
  name: string
  /** `new URL('./assets/', import.meta.url)` */
  folder: URL
  /** Files of the folder that every page loads: `.css` as styles, `.js` as modules. */
  load: string[]
}
