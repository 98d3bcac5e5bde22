import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** They take time, and nobody opens those of CI. */
const pictures = process.env.PICTURES !== '0'

const sizes = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } }

/**
 * Looks at a page as it stands, wide and on a phone, light and dark: axe finds nothing, nothing juts out, and a picture of
 * each is kept in the folder, unless PICTURES=0. A theme changes colours alone, so in the dark only these are asked for.
 * Leaves it wide and light.
 */
export async function look(page: Page, folder: string, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      // A colour on its way to another would be looked at.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const path = join(folder, `${name}-${colorScheme}-${size}.png`)
      if (pictures) await page.screenshot({ path, fullPage: true })
      expect(
        await violations(page, colorScheme === 'dark' ? ['cat.color'] : []),
        `${name}, ${colorScheme}, ${size}`,
      ).toEqual([])
    }
    const jutting = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(jutting, `${name}, ${size}`).toBe(0)
  }
  await page.setViewportSize(sizes.wide)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
}

/** What axe finds on a page; of all kinds, or of these tags alone. */
export async function violations(page: Page, tags: string[] = []): Promise<string[]> {
  // Without frames there is nothing that the newer mode would see, and it opens a window for each look. What passed is not
  // told at length: that took half of the time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({
    resultTypes: ['violations'],
    ...(tags.length > 0 ? { runOnly: tags } : {}),
  })
  const found = await axe.analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}
