import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, missing } from './chromium.ts'
import { writeDonors } from './donors.ts'
import { violations } from './look.ts'
import { type RunningProgram, startProgram } from './program.ts'

const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))

describe.skipIf(missing)('A newcomer', () => {
  let folder: string
  let program: RunningProgram
  let browser: Browser
  /** What the newcomer's browser keeps. */
  let kept: NonNullable<BrowserContextOptions['storageState']>

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true })
    folder = await mkdtemp(join(tmpdir(), 'factotum-newcomer-'))
    await writeDonors(join(folder, 'donors.csv'), 1_000_000)
    program = await startProgram(['start'], { FACTOTUM_HOME: join(folder, 'home') })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await program?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('follows the printed link, drops a file of a million rows on the page, watches it to its end, and opens its report', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
    const page = await context.newPage()
    const wrong: string[] = []
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()))
    await page.goto(await program.firstLink())
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    const loads = countLoads(page)
    await page.screenshot({ path: join(screenshots, 'newcomer-1-empty.png') })

    const texts = await watchRow(page)
    await drop(page, join(folder, 'donors.csv'))
    await page.getByText('donors.csv was accepted').waitFor()
    const row = page.getByRole('row', { name: /donors\.csv/ })
    await row.getByText('Processing').waitFor()
    await page.screenshot({ path: join(screenshots, 'newcomer-2-processing.png') })
    await row.getByText('Ok', { exact: true }).waitFor({ timeout: 90_000 })
    await page.screenshot({ path: join(screenshots, 'newcomer-3-finished.png') })
    // The bar moved, the end was shown, and the page was never loaded anew.
    const shown = await texts()
    expect(shown.at(-1)).toContain('Ok')
    expect(shown.filter((text) => /Processing.* of \d+\.\d MB/.test(text)).length).toBeGreaterThan(0)
    expect(loads()).toBe(0)

    await row.getByRole('link', { name: 'donors.csv' }).click()
    const report = page.getByRole('dialog')
    await report.getByText('1,000,000').first().waitFor()
    await report.getByRole('heading', { name: 'amount' }).waitFor()
    await page.screenshot({ path: join(screenshots, 'newcomer-4-report.png') })
    expect(await violations(page)).toEqual([])
    expect(wrong).toEqual([])
    kept = await context.storageState()
    await context.close()
  })

  it('finds it all again after a reload, in the dark, on a phone, without JavaScript', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [
        { width: 1280, height: 860 },
        { width: 390, height: 844 },
      ]) {
        const context = await browser.newContext({
          colorScheme,
          viewport,
          javaScriptEnabled: false,
          storageState: kept,
        })
        const page = await context.newPage()
        await page.goto(`${program.url}/files`)
        const size = viewport.width < 500 ? 'phone' : 'wide'
        await page.screenshot({ path: join(screenshots, `files-${colorScheme}-${size}.png`) })
        await page.getByRole('link', { name: 'donors.csv' }).click()
        await page.getByText('1,000,000').first().waitFor()
        await page.screenshot({
          path: join(screenshots, `report-${colorScheme}-${size}.png`),
          fullPage: true,
        })
        await context.close()
      }
    }
  })
})

/** Hands the file over as a drop of the mouse does. */
async function drop(page: Page, path: string): Promise<void> {
  // Only a file input takes a path from outside the page; the drop carries the file on from there.
  await page.evaluate(`
    const picker = document.createElement('input')
    picker.type = 'file'
    picker.id = 'test-picker'
    document.body.append(picker)`)
  await page.setInputFiles('#test-picker', path)
  const dataTransfer = await page.evaluateHandle(`(() => {
    const picker = document.querySelector('#test-picker')
    const carried = new DataTransfer()
    carried.items.add(picker.files[0])
    picker.remove()
    return carried
  })()`)
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent('[data-drop]', type, { dataTransfer })
}

/** Counts loads of the page from now on. */
function countLoads(page: Page): () => number {
  let loads = 0
  page.on('load', () => loads++)
  return () => loads
}

/** Keeps every different text that the file's row shows. */
async function watchRow(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`
    window.seen = []
    new MutationObserver(() => {
      const row = [...document.querySelectorAll('tr')].find((one) => one.textContent.includes('donors.csv'))
      const text = row?.textContent ?? ''
      if (text && window.seen.at(-1) !== text) window.seen.push(text)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
  return () => page.evaluate('window.seen')
}
