import type { Permission } from '../platform/accounts/permissions.ts'
import type { Context } from '../platform/context.ts'
import type { Assets } from './assets.ts'
import type { ConsolePart, NavigationEntry, OverviewPanel, Section } from './part.ts'

/** An entry with its number, as the frame shows it. */
export interface CountedEntry extends NavigationEntry {
  counted: number | null
}

/** What every page of one server needs: its parts, joined, and the addresses of its assets. */
export interface Console {
  context: Context
  assets: Assets
  /** What somebody may go to: by section in the order of the frame, within it by `order`. */
  navigation(
    may: (permission: Permission) => boolean,
  ): Promise<{ section: Section; entries: CountedEntry[] }[]>
  /** In order. */
  panels: OverviewPanel[]
}

const sections: Section[] = ['Work', 'Behind it', 'Office']

/** Joins the parts. The console's own pages are a part like any other. */
export function createConsole(context: Context, parts: ConsolePart[], assets: Assets): Console {
  const entries = byOrder(parts.flatMap((part) => part.navigation ?? []))
  return {
    context,
    assets,
    panels: byOrder(parts.flatMap((part) => part.overview ?? [])),
    async navigation(may) {
      const open = entries.filter(({ needs }) => !needs || may(needs))
      const counted = await Promise.all(
        open.map(async (entry) => ({ ...entry, counted: await numberOf(entry, context) })),
      )
      return sections
        .map((section) => ({ section, entries: counted.filter((entry) => entry.section === section) }))
        .filter(({ entries }) => entries.length > 0)
    },
  }
}

/** A number that can't be had must not cost the page. */
async function numberOf(entry: NavigationEntry, context: Context): Promise<number | null> {
  try {
    return (await entry.count?.(context)) ?? null
  } catch (error) {
    context.log.warn({ err: error, entry: entry.href }, 'a number of the navigation is missing')
    return null
  }
}

const byOrder = <T extends { order: number }>(list: T[]) => [...list].sort((a, b) => a.order - b.order)
