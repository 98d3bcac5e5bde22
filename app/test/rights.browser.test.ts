import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestWeb, testWeb } from '../src/compose/testing.ts'
import { as, asNobody, type ShownInTests } from '../src/platform/accounts/testing.ts'
import { launch, missing } from './chromium.ts'
import { look, violations } from './look.ts'

const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))
if (missing) console.warn('SKIPPED: rights.browser.test.ts, as there is no Chromium (CHROMIUM=its path)')

const views = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark-phone', colorScheme: 'dark', viewport: { width: 390, height: 800 } },
] as const

describe.skipIf(missing)('What a person may', () => {
  let web: TestWeb
  let browser: Browser
  let base: string
  let enqueue: () => Promise<string>

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true })
    web = await testWeb()
    const waits = web.context.jobs.define('waits', { queue: 'nobody' })
    enqueue = async () => (await waits.delay()).id
    await web.app.listen({ host: '127.0.0.1', port: 0 })
    base = `http://127.0.0.1:${(web.app.server.address() as AddressInfo).port}`
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await web?.stop()
  })

  const session = (shown: ShownInTests) => as({ via: 'session', ...shown })

  /** Works on a page in each view, then looks at it with axe and keeps a picture. */
  async function visit(
    name: string,
    headers: Record<string, string>,
    work: (page: Page) => Promise<void>,
    javaScriptEnabled = true,
  ): Promise<void> {
    for (const { name: view, ...options } of views) {
      const context = await browser.newContext({ ...options, extraHTTPHeaders: headers, javaScriptEnabled })
      const page = await context.newPage()
      await work(page)
      await page.screenshot({ path: join(screenshots, `rights-${name}-${view}.png`), fullPage: true })
      // axe needs scripts; the page is the same with them.
      if (javaScriptEnabled) {
        expect(await violations(page)).toEqual([])
      }
      await context.close()
    }
  }

  it('is said where their role has nothing yet', async () => {
    await visit('specialist', session({ role: 'specialist' }), async (page) => {
      await page.goto(base)
      await page.getByText('Nothing here is for the role specialist').waitFor()
      expect(await page.getByRole('link', { name: 'Jobs' }).count()).toBe(0)
    })
  })

  it('is said where they have no role yet', async () => {
    await visit('no-role', session({ role: null }), async (page) => {
      await page.goto(base)
      await page.getByText('You have no role yet').waitFor()
    })
  })

  it('is said where a page is not for them', async () => {
    await visit('forbidden', session({ role: 'staff' }), async (page) => {
      await page.goto(`${base}/jobs/bulk?action=cancel`)
      await page.getByText('jobs.bulk needs the role').waitFor()
    })
  })

  it('shows no button that they may not press', async () => {
    const id = await enqueue()
    await visit('reader', session({ role: 'staff' }), async (page) => {
      for (const path of [`/jobs/${id}`, '/jobs', '/queues', '/schedules']) {
        await page.goto(base + path)
        expect(await page.getByRole('button', { name: /^(Cancel|Retry|Pause|Run)/ }).count()).toBe(0)
        expect(await page.getByRole('link', { name: /^(Cancel|Retry|Delete)/ }).count()).toBe(0)
      }
      await page.goto(`${base}/jobs/${id}`)
    })
    const context = await browser.newContext({ extraHTTPHeaders: session({ role: 'operator' }) })
    const page = await context.newPage()
    await page.goto(`${base}/jobs/${id}`)
    await page.getByRole('button', { name: 'Cancel this job' }).click()
    await page.locator('#job .state-canceled').waitFor()
    await context.close()
  })

  it('is nothing for nobody, whose frame leads nowhere', async () => {
    await visit('nobody', asNobody, async (page) => {
      await page.goto(`${base}/nowhere`)
      expect(await page.getByRole('navigation').count()).toBe(0)
    })
  })

  it.each([
    ['with', true],
    ['without', false],
  ])('is asked again where a form was not taken, %s JavaScript', async (how, javaScriptEnabled) => {
    const work = async (page: Page) => {
      await enqueue()
      await page.goto(`${base}/jobs/bulk?action=cancel&queue=nobody`)
      // Somebody signed in anew in another tab: this page's token is of the session before.
      await page.context().setExtraHTTPHeaders(session({ role: 'operator', session: `after-${how}` }))
      await page.getByRole('button', { name: /^Cancel \d+ job/ }).click()
      await page.getByText('This form was made for another sign-in').waitFor()
      expect(await page.getByLabel('Queue').inputValue()).toBe('nobody')
    }
    await visit(`repeat-${how}`, session({ role: 'operator' }), work, javaScriptEnabled)
    const context = await browser.newContext({
      extraHTTPHeaders: session({ role: 'operator' }),
      javaScriptEnabled,
    })
    const page = await context.newPage()
    await work(page)
    await page.getByRole('button', { name: 'Send it again' }).click()
    await page.getByText(/was canceled\.|were canceled\./).waitFor()
    await context.close()
  })

  it('is to change the settings', async () => {
    await visit('settings-wrong', session({}), async (page) => {
      await page.goto(`${base}/settings`)
      await page.getByLabel('Time zone').fill('Mars/Olympus')
      await page.getByLabel('Output folders').fill('/srv/letters\n/srv/files')
      await page.getByRole('button', { name: 'Save settings' }).click()
      await page.getByText('must be the IANA name of a time zone').waitFor()
      expect(await page.getByLabel('Output folders').inputValue()).toBe('/srv/letters\n/srv/files')
    })
    await visit('settings', session({}), async (page) => {
      await page.goto(`${base}/settings`)
      await page.getByLabel('Name of the organisation').fill('Harbour')
      await page.getByRole('button', { name: 'Save settings' }).click()
      await page.getByText('It is in force in every process within two seconds.').waitFor()
    })
  })

  it('is to see how the program is, and to end its maintenance', async () => {
    const open = async (headers: Record<string, string>) => {
      const context = await browser.newContext({ extraHTTPHeaders: headers })
      return { page: await context.newPage(), close: () => context.close() }
    }
    const [{ page, close }, visitor] = await Promise.all([open(session({})), open(asNobody)])
    await page.goto(`${base}/status`)
    await page.getByRole('row', { name: 'Database' }).waitFor()
    await look(page, screenshots, 'status')
    await page.getByRole('button', { name: 'Begin maintenance' }).click()
    await page.getByText('This program is being maintained.').waitFor()
    await look(page, screenshots, 'status-maintenance')
    await visitor.page.goto(`${base}/jobs`)
    await visitor.page.getByRole('heading', { name: 'Back in a few minutes' }).waitFor()
    await look(visitor.page, screenshots, 'maintenance')
    await visitor.page.getByRole('link', { name: 'See how it is' }).click()
    await visitor.page.getByText('This program is being maintained.').waitFor()
    expect(await visitor.page.getByRole('button', { name: 'End maintenance' }).count()).toBe(0)
    await page.getByRole('button', { name: 'End maintenance' }).click()
    await page.getByText('All is well.').waitFor()
    await Promise.all([close(), visitor.close()])
  })

  it('is said to come to an end where too many calls were made, with when it goes on', async () => {
    const id = await enqueue()
    const { context: program } = web
    const limit = (value: number) =>
      program.settings.change([{ configName: 'HOURLY_LIMIT', value }], { accountId: null })
    const headers = session({ role: 'operator' })
    await limit(1)
    await web.app.inject({ url: '/auth/me', headers: { host: 'localhost', ...headers } })
    const goOn = /Your calls are used up: 1 in an hour\. Go on in \d+ minutes\. That is at \d\d:\d\d/
    await visit('too-many-notice', headers, async (page) => {
      await page.goto(`${base}/jobs/${id}`)
      await page.getByRole('button', { name: 'Cancel this job' }).click()
      await page.locator('#notices').getByText(goOn).waitFor()
    })
    const withoutScripts = false
    await visit(
      'too-many',
      headers,
      async (page) => {
        await page.goto(`${base}/jobs/${id}`)
        await page.getByRole('button', { name: 'Cancel this job' }).click()
        await page.getByText(goOn).waitFor()
      },
      withoutScripts,
    )
    await limit(240)
  })

  it('holds for a button of a page whose session changed: it works at the second press', async () => {
    const id = await enqueue()
    const context = await browser.newContext({ extraHTTPHeaders: session({ role: 'operator' }) })
    const page = await context.newPage()
    await page.goto(`${base}/jobs/${id}`)
    await context.setExtraHTTPHeaders(session({ role: 'operator', session: 'another' }))
    const cancel = page.getByRole('button', { name: 'Cancel this job' })
    await cancel.click()
    await page.locator('#notices').getByText('This form was made for another sign-in').waitFor()
    await cancel.click()
    await page.locator('#job .state-canceled').waitFor()
    await context.close()
  })
})
