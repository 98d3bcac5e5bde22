import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, missing } from './chromium.ts'
import { type RunningProgram, startProgram, temporaryHome } from './program.ts'

let home: Awaited<ReturnType<typeof temporaryHome>>
let program: RunningProgram
let browser: Browser

describe.skipIf(missing)('The page /docs', () => {
  beforeAll(async () => {
    home = await temporaryHome()
    program = await startProgram(['web'], { FACTOTUM_HOME: home.path })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await program?.stop()
    await home?.remove()
  })

  it('shows the calls and tries one, under the policy that lets nothing inline run', async () => {
    const page = await browser.newPage()
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(error.message))
    page.on('requestfailed', (request) => wrong.push(request.url()))
    await page.goto(`${program.url}/docs`)
    const health = page.locator('#operations-health-get_health')
    await health.locator('.opblock-summary-control').click()
    await health.getByRole('button', { name: 'Try it out' }).click()
    await health.getByRole('button', { name: 'Execute' }).click()
    await health.locator('.live-responses-table', { hasText: '"status": "ok"' }).waitFor()
    expect(wrong).toEqual([])
  })
})
