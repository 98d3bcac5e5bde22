import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { currentJob, JobError, type Worker } from '@factotum/jobs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, startProgram } from '../src/compose/index.ts'
import { readConfig } from '../src/platform/config/index.ts'
import { appDatabase } from '../src/platform/database/testing.ts'
import { withIds } from '../src/platform/logging/ids.ts'
import { createLog } from '../src/platform/logging/index.ts'
import { launch, missing } from './chromium.ts'
import { look } from './look.ts'
import { SECRET_KEY } from './program.ts'
import { followLink, type Session, storageState } from './sign-in.ts'

const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))
if (missing) console.warn('SKIPPED: console.browser.test.ts, as there is no Chromium (CHROMIUM=its path)')

describe.skipIf(missing)('The console in Chromium', () => {
  let program: Program
  let worker: Worker
  let browser: Browser
  let home: string
  let database: Awaited<ReturnType<typeof appDatabase>>
  let base: string
  let who: Session
  const ids = { slow: '', failed: '', finished: '', flow: '' }
  /** What the running slow jobs wait for, by their first argument. */
  const go = new Map<string, (part: number) => Promise<void>>()
  const ends = new Map<string, () => void>()

  function defineJobs() {
    const { jobs } = program.context
    const slow = jobs.job('profileFile', async (file: string) => {
      const job = currentJob()
      job.log('sniffed %s: UTF-8, delimiter ";", header yes, 14 columns', file)
      await job.progress(0.4, `${file}, 80 of 200 MB`)
      go.set(file, (part) => job.progress(part, `${file}, ${Math.round(part * 200)} of 200 MB`))
      await new Promise<void>((resolve, reject) => {
        ends.set(file, resolve)
        job.signal.addEventListener('abort', () => reject(job.signal.reason))
      })
      return { rows: 2_250_118, columns: 14 }
    })
    const sign = jobs.job(
      'signLetter',
      async (partner: string): Promise<null> => {
        currentJob().log('looking for the signature of %s', partner)
        throw new JobError.Fatal('No signature on file for the second partner.')
      },
      { queue: 'letters', retries: 2 },
    )
    const mail = jobs.job('sendReminder', async (_to: string) => 'sent', { queue: 'mail' })
    const nobody = jobs.define<[string], null>('callBackReport', { queue: 'reports' })
    return { slow, sign, mail, nobody }
  }
  let defined: ReturnType<typeof defineJobs>

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true })
    home = await mkdtemp(join(tmpdir(), 'factotum-browser-'))
    database = await appDatabase()
    program = await startProgram({
      config: readConfig({
        FACTOTUM_HOME: home,
        DATABASE_URL: database.url,
        SECRET_KEY,
        PORT: '0',
        LOG_LEVEL: 'error',
      }),
      name: 'test',
      roles: { web: true },
    })
    base = (program.url ?? '').replace(/\/$/, '')
    who = await followLink((await program.context.accounts.firstAdministratorLink()) ?? '')
    defined = defineJobs()
    worker = program.context.jobs.worker({ queues: ['default', 'letters', 'mail'], concurrency: 8 })
    await worker.start()
    for (const to of ['a', 'b', 'c']) ids.finished = (await defined.mail.delay(`${to}@example.org`)).id
    for (const partner of ['Harbor Dental', 'Quarry Lane LLC'])
      ids.failed = (await defined.sign.delay(partner)).id
    ids.slow = (await defined.slow.delay('donors-q3.csv')).id
    await defined.nobody.delay('October')
    await defined.mail.delayIn('2h', 'later@example.org')
    ids.flow = (
      await defined.mail.with({ after: [ids.slow, ids.failed], afterFailure: 'run' }).delay('all@example.org')
    ).id
    await defined.mail.with({ after: ids.flow }).delay('then@example.org')
    const dropped = await defined.nobody.delay('September')
    await dropped.cancel()
    await makeSchedules()
    writeLines()
    await until(async () => (await program.context.jobs.status(ids.slow))?.progress === 0.4)
    await until(async () => (await program.context.jobs.status(ids.failed))?.state === 'failed')
    browser = await launch()
  })

  const openLog = () => createLog({ ...program.context.config, logLevel: 'debug' }, 'worker')

  function writeLines() {
    const log = openLog()
    log.debug({ queues: ['default', 'letters'], concurrency: 8 }, 'the worker runs')
    const request = '0d3c6a1f-70a5-4a7c-9d0d-6f1f6a524b11'
    withIds({ request }, () =>
      log.debug({ method: 'POST', path: '/processing_file', status: 201, ms: 41 }, 'request'),
    )
    withIds({ job: ids.slow, correlation: request }, () => {
      log.debug({ name: 'profileFile', attempt: 1, ms: 1_204 }, 'job')
      log.warn({ free: '1.8 GB' }, 'the disk is nearly full')
      log.error({ err: new Error('No signature on file for the second partner.') }, 'job not finished')
    })
  }

  async function makeSchedules() {
    const { jobs, database } = program.context
    const args = ['everyone@example.org']
    await jobs.putSchedule('reminders on weekdays', {
      job: 'sendReminder',
      args,
      cron: '30 6 * * MON-FRI',
      timeZone: 'America/Denver',
    })
    await jobs.putSchedule('signatures', { job: 'signLetter', args: ['Harbor Dental'], cron: '@weekly' })
    await jobs.putSchedule('reports', { job: 'callBackReport', args: ['November'], cron: '0 9 1 * *' })
    await jobs.runSchedule('reminders on weekdays')
    await jobs.runSchedule('signatures')
    await jobs.pauseSchedule('reports')
    await database.pool.query(
      `update factotum_jobs.schedule set missed_runs = 3, skipped_runs = 12 where name = 'signatures'`,
    )
    await database.pool.query(
      `with minutes as (
         insert into factotum_jobs.minute (minute, queue, finished, failed, canceled)
         select date_trunc('minute', now()) - n * interval '1 minute', 'letters', 40 + n % 25, n % 50 / 49, 0
         from generate_series(3, 170) n returning minute, finished
       )
       insert into factotum_jobs.wait (minute, jobs, p50, p95)
       select minute, finished, finished / 500.0, finished / 60.0 from minutes`,
    )
  }

  afterAll(async () => {
    await browser?.close()
    for (const end of ends.values()) end()
    await worker?.stop()
    await program?.stop()
    await database?.drop()
    await rm(home, { recursive: true, force: true })
  })

  async function until(condition: () => Promise<boolean>, what = 'It'): Promise<void> {
    for (let tries = 0; !(await condition()); tries++) {
      if (tries > 500) throw new Error(`${what} did not come about.`)
      await sleep(20)
    }
  }

  /** A page of a fresh visitor, closed afterwards; fails on anything the browser complains about. */
  async function visit(
    path: string,
    see: (page: Page) => Promise<void>,
    options: BrowserContextOptions & { expectErrors?: RegExp } = {},
  ) {
    const { expectErrors, ...rest } = options
    const context = await browser.newContext({
      viewport: { width: 1280, height: 860 },
      timezoneId: 'Europe/London',
      storageState: storageState(who, base),
      ...rest,
    })
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(base + path)
      await see(page)
      expect(complaints.filter((text) => !expectErrors?.test(text))).toEqual([])
    } finally {
      await context.close()
    }
  }

  const light = (page: Page, state: string) => page.locator(`[data-live-light="${state}"]`).waitFor()

  const pages = {
    overview: () => '/',
    jobs: () => '/jobs',
    'jobs-failed': () => '/jobs?state=failed',
    'jobs-none': () => '/jobs?name=nothing',
    'jobs-bulk': () => '/jobs/bulk?action=retry&state=failed&queue=letters',
    queues: () => '/queues',
    workers: () => '/workers',
    'job-flow': () => `/jobs/${ids.flow}`,
    job: () => `/jobs/${ids.slow}`,
    'job-failed': () => `/jobs/${ids.failed}`,
    'job-finished': () => `/jobs/${ids.finished}`,
    schedules: () => '/schedules',
    schedule: () => '/schedules/reminders%20on%20weekdays',
    'schedule-paused': () => '/schedules/reports',
    'schedule-delete': () => '/schedules/signatures/delete',
    logs: () => '/logs',
    'log-files': () => '/logs/files',
    missing: () => '/nowhere',
  }
  for (const [name, path] of Object.entries(pages))
    it(`${name}: axe finds nothing and nothing juts out, wide and on a phone, light and dark`, async () => {
      await visit(
        path(),
        async (page) => {
          await page.evaluate('document.fonts.ready')
          if (name !== 'missing') await light(page, 'live')
          await look(page, screenshots, name)
        },
        { reducedMotion: 'reduce', expectErrors: name === 'missing' ? /404/ : /^$/ },
      )
    })

  it('the first page weighs under 100 kB and does not shift while it loads', async () => {
    await visit('/', async (page) => {
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      await session.send('Network.clearBrowserCache')
      let bytes = 0
      session.on('Network.loadingFinished', ({ encodedDataLength }) => {
        bytes += encodedDataLength
      })
      await page.reload({ waitUntil: 'load' })
      await light(page, 'live')
      await page.evaluate('document.fonts.ready')
      expect(bytes).toBeGreaterThan(50_000)
      expect(bytes).toBeLessThan(100_000)
      const shift = await page.evaluate(
        `new Promise((resolve) => {
          let sum = 0
          new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value })
            .observe({ type: 'layout-shift', buffered: true })
          setTimeout(() => resolve(sum), 100)
        })`,
      )
      expect(shift).toBeLessThan(0.01)
    })
  })

  it("a job goes on before one's eyes: progress, log, end, and the button in the head", async () => {
    const { id } = await defined.slow.delay('live.csv')
    await until(async () => go.has('live.csv'))
    await visit(`/jobs/${id}`, async (page) => {
      await light(page, 'live')
      await page.evaluate('window.sameDocument = true')
      await page.locator('#job-cancel').focus()
      await go.get('live.csv')?.(0.75)
      await page.getByText('75 %').waitFor()
      await page.getByText('150 of 200 MB').waitFor()
      expect(await page.evaluate('document.activeElement.id')).toBe('job-cancel')
      ends.get('live.csv')?.()
      await page.locator('.now .state-finished').waitFor()
      await page.getByText('2250118').waitFor()
      expect(await page.locator('#job-cancel').count()).toBe(0)
      expect(await page.evaluate('window.sameDocument')).toBe(true)
    })
  })

  it('cancel by its button stops the job', async () => {
    const { id } = await defined.slow.delay('cancel.csv')
    await until(async () => go.has('cancel.csv'))
    await visit(`/jobs/${id}`, async (page) => {
      await light(page, 'live')
      await page.getByRole('button', { name: 'Cancel this job' }).click()
      await page.locator('.now .state-canceled').waitFor()
      expect((await program.context.jobs.status(id))?.state).toBe('canceled')
    })
  })

  it('a piece that was replaced this instant hears the very next event', async () => {
    const { id } = await defined.slow.delay('at-once.csv')
    await until(async () => go.has('at-once.csv'))
    await visit(`/jobs/${id}`, async (page) => {
      await light(page, 'live')
      // In the same turn as the answer to the button is put in place.
      const asks = page.evaluate(`new Promise((resolve) => {
        document.addEventListener('htmx:afterRequest', ({ detail }) => {
          if (detail.requestConfig.verb !== 'post') return
          let asks = 0
          document.addEventListener('htmx:beforeRequest', () => asks++)
          document.getElementById('job').dispatchEvent(new CustomEvent('live'))
          resolve(asks)
        })
      })`)
      await page.getByRole('button', { name: 'Cancel this job' }).click()
      expect(await asks).toBe(1)
    })
  })

  it('rows of the list change in place, others stay; what is new is counted above and does not jump', async () => {
    const { id } = await defined.slow.delay('row.csv')
    await until(async () => go.has('row.csv'))
    await visit('/jobs', async (page) => {
      await light(page, 'live')
      await page.evaluate(`document.getElementById('job-${ids.failed}').dataset.kept = 'yes'`)
      await page.locator(`#job-${id}-link`).focus()
      ends.get('row.csv')?.()
      await page.locator(`#job-${id} .state-finished`).waitFor()
      expect(await page.evaluate('document.activeElement.id')).toBe(`job-${id}-link`)
      expect(await page.locator(`#job-${ids.failed}`).getAttribute('data-kept')).toBe('yes')
      const first = await page.locator('tbody tr').first().getAttribute('id')
      await defined.mail.delay('new@example.org')
      await page.getByRole('link', { name: '1 new' }).waitFor({ timeout: 15_000 })
      expect(await page.locator('tbody tr').first().getAttribute('id')).toBe(first)
    })
  })

  it('a line of the log comes by itself, where it is not filtered out', async () => {
    await visit('/logs?text=of+the+pen', async (page) => {
      await light(page, 'live')
      await page.getByText('No line matches').waitFor()
      const log = openLog()
      log.debug('dry')
      log.debug('the ink of the pen')
      await page.getByText('the ink of the pen').waitFor()
      expect(await page.getByText('dry').count()).toBe(0)
    })
  })

  it('a queue is paused and resumed in place, and another browser sees it', async () => {
    await visit('/queues', async (page) => {
      await light(page, 'live')
      const row = page.locator('#queue-mail')
      await row.getByRole('button', { name: 'Pause' }).click()
      await row.getByText('paused').waitFor()
      expect(await program.context.jobs.queue('mail')).toMatchObject({ paused: true })
      await fetch(`${base}/queues/mail/resume`, { method: 'POST', headers: who })
      await row.getByRole('button', { name: 'Pause' }).waitFor()
    })
  })

  it('the list is narrowed by its form, and canceled as a whole, without JavaScript', async () => {
    const { jobs } = program.context
    await defined.nobody.with({ queue: 'letters to all' }).delayMany([['Adams'], ['Baker'], ['Clark']])
    await visit(
      '/jobs?state=queued',
      async (page) => {
        await page.getByLabel('Queue').selectOption('letters to all')
        await page.getByLabel('Text').fill('aker')
        await page.getByLabel('Created').selectOption('1h')
        await page.getByRole('button', { name: 'Filter' }).click()
        await page.getByText('1 job', { exact: true }).waitFor()
        await page.getByLabel('Text').fill('')
        await page.getByRole('button', { name: 'Filter' }).click()
        await page.getByText('3 jobs', { exact: true }).waitFor()
        await page.getByRole('link', { name: 'Cancel all' }).click()
        await page.getByText('3 unfinished jobs match.').waitFor()
        expect(await jobs.count({ queue: 'letters to all', state: 'queued' })).toMatchObject({ count: 3 })
        await page.getByRole('button', { name: 'Cancel 3 jobs' }).click()
        await page.getByText('3 jobs were canceled.').waitFor()
        expect(await jobs.count({ queue: 'letters to all', state: 'canceled' })).toMatchObject({ count: 3 })
        await page.getByRole('link', { name: 'Back to the list' }).click()
        await page.getByText('No job matches').waitFor()
      },
      { javaScriptEnabled: false },
    )
  })

  it('a schedule is run, paused and deleted from the list, in place; deleting asks first', async () => {
    const { jobs } = program.context
    await jobs.putSchedule('by hand', { job: 'sendReminder', args: ['x@example.org'], cron: '@yearly' })
    await visit('/schedules', async (page) => {
      await light(page, 'live')
      await page.evaluate('window.sameDocument = true')
      const row = page.getByRole('row', { name: /by hand/ })
      await row.getByRole('button', { name: 'Run now' }).click()
      await row.locator('.state-finished').waitFor()
      await row.getByRole('button', { name: 'Pause' }).click()
      await row.getByRole('button', { name: 'Resume' }).waitFor()
      expect((await jobs.schedule('by hand'))?.paused).toBe(true)
      expect(await page.evaluate('window.sameDocument')).toBe(true)
      await row.getByRole('link', { name: 'Delete' }).click()
      const dialog = page.getByRole('dialog', { name: 'Delete by hand?' })
      await dialog.getByRole('button', { name: 'Close' }).click()
      expect(await jobs.schedule('by hand')).not.toBeNull()
      await row.getByRole('link', { name: 'Delete' }).click()
      await page.screenshot({ path: join(screenshots, 'schedule-delete-dialog-wide.png') })
      await dialog.getByRole('button', { name: 'Delete this schedule' }).click()
      await row.waitFor({ state: 'detached' })
      expect(await jobs.schedule('by hand')).toBeNull()
    })
  })

  it('what another does to a schedule shows by itself', async () => {
    const { jobs } = program.context
    await jobs.putSchedule('seen', { job: 'sendReminder', args: ['x@example.org'], cron: '@yearly' })
    await visit('/schedules', async (page) => {
      await light(page, 'live')
      const row = page.getByRole('row', { name: /seen/ })
      await fetch(`${base}/schedules/seen/pause`, { method: 'POST', headers: who })
      await row.getByText('paused').waitFor()
      await jobs.runSchedule('seen')
      await row.locator('.state-finished').waitFor()
    })
    await jobs.unschedule('seen')
  })

  it('the figures follow jobs that no page shows', async () => {
    await visit('/', async (page) => {
      await light(page, 'live')
      const value = async () => Number(await page.locator('#figure-finished-value').getAttribute('data-roll'))
      const before = await value()
      await defined.mail.delay('unseen@example.org')
      await until(async () => (await value()) > before, 'A higher figure')
    })
  })

  it('a lost connection shows with a word, is told once, and heals without a reload', async () => {
    await visit(
      `/jobs/${ids.slow}`,
      async (page) => {
        await light(page, 'live')
        await page.context().setOffline(true)
        await light(page, 'offline')
        await until(
          async () => /is lost/.test((await page.locator('#announcer').textContent()) ?? ''),
          'A word',
        )
        await go.get('donors-q3.csv')?.(0.6)
        await page.context().setOffline(false)
        await light(page, 'live')
        await page.getByText('60 %').waitFor()
        expect(await page.locator('#announcer').textContent()).toMatch(/Connected again/)
      },
      { expectErrors: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK/ },
    )
  })

  it('what goes wrong on the way is told where one looks, and nothing of the page is lost', async () => {
    await visit(
      `/jobs/${ids.slow}`,
      async (page) => {
        await light(page, 'live')
        const cancel = page.getByRole('button', { name: 'Cancel this job' })
        const notice = page.locator('#notices .notice')
        await page.route('**/cancel', (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }))
        await cancel.click()
        await notice.filter({ hasText: 'an error (502)' }).waitFor()
        await page.unroute('**/cancel')
        await page.route('**/cancel', (route) => route.abort())
        await cancel.click()
        await notice.filter({ hasText: 'could not be reached' }).waitFor()
        await page.unroute('**/cancel')
        await page.route('**/cancel', (route) => route.continue({ url: `${base}/jobs/999999/cancel` }))
        await cancel.click()
        await notice.filter({ hasText: 'Job not found' }).waitFor()
        expect(await page.locator('#job .state-started').count()).toBe(1)
      },
      { expectErrors: /./ },
    )
  })

  it('the theme changes at once, stays, and wins over the system', async () => {
    await visit(
      '/',
      async (page) => {
        const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
        const light = await ground()
        await page.getByRole('button', { name: 'Dark' }).click()
        const dark = await ground()
        expect(dark).not.toBe(light)
        await page.reload()
        expect(await ground()).toBe(dark)
        await page.getByRole('button', { name: 'As the system' }).click()
        expect(await ground()).toBe(light)
      },
      { colorScheme: 'light' },
    )
  })

  it('times are in the zone of whoever looks, from the first page on', async () => {
    await visit(
      `/jobs/${ids.finished}`,
      async (page) => {
        await page.getByText('Australia/Adelaide').first().waitFor()
        const at = (await program.context.jobs.status(ids.finished))?.createdAt ?? new Date(0)
        const expected = new Intl.DateTimeFormat('en-GB', {
          timeZone: 'Australia/Adelaide',
          timeStyle: 'medium',
        }).format(at)
        expect(await page.locator('.timeline time').first().textContent()).toBe(expected)
      },
      { timezoneId: 'Australia/Adelaide' },
    )
  })

  it('the keyboard comes past the navigation in one step', async () => {
    await visit('/jobs', async (page) => {
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.className')).toBe('skip')
      await page.keyboard.press('Enter')
      expect(await page.evaluate('document.activeElement.id')).toBe('main')
    })
  })

  describe('without JavaScript', () => {
    const plain = { javaScriptEnabled: false }

    it('the overview reads, with its charts, and says that it stands still', async () => {
      await visit(
        '/',
        async (page) => {
          for (const chart of await page.locator('.chart svg').all())
            await chart.locator('.chart-good').waitFor({ state: 'attached' })
          expect(await page.locator('.chart').count()).toBe(2)
          await page.getByText('Reload for news').waitFor()
          await page.screenshot({ path: join(screenshots, 'overview-plain-wide.png'), fullPage: true })
        },
        plain,
      )
    })

    it('the navigation of a phone opens and leads on', async () => {
      await visit(
        '/',
        async (page) => {
          expect(await page.locator('#nav').isVisible()).toBe(false)
          await page.getByRole('button', { name: 'Menu' }).click()
          await page.locator('#nav').waitFor({ state: 'visible' })
          await page.screenshot({ path: join(screenshots, 'drawer-plain-phone.png') })
          await page.locator('#nav').getByRole('link', { name: 'Jobs' }).click()
          await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
        },
        { ...plain, viewport: { width: 390, height: 844 } },
      )
    })

    it('a schedule is run, paused and deleted by forms', async () => {
      const { jobs } = program.context
      await jobs.putSchedule('plain', { job: 'sendReminder', args: ['x@example.org'], cron: '@yearly' })
      await visit(
        '/schedules/plain',
        async (page) => {
          await page.getByRole('button', { name: 'Run now' }).click()
          await page.getByRole('link', { name: /queued|started|finished/ }).waitFor()
          await page.getByRole('button', { name: 'Pause' }).click()
          await page.getByRole('button', { name: 'Resume' }).click()
          await page.getByRole('button', { name: 'Pause' }).waitFor()
          await page.getByRole('link', { name: 'Delete' }).click()
          await page.getByRole('button', { name: 'Delete this schedule' }).click()
          await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor()
          expect(await jobs.schedule('plain')).toBeNull()
        },
        plain,
      )
    })

    it('the log is narrowed by its form', async () => {
      await visit(
        '/logs',
        async (page) => {
          await page.getByLabel('Level').selectOption('Errors')
          await page.getByRole('button', { name: 'Filter' }).click()
          expect(new URL(page.url()).searchParams.get('level')).toBe('error')
          await page.getByText('job not finished').first().waitFor()
          expect(await page.getByText('the disk is nearly full').count()).toBe(0)
        },
        plain,
      )
    })

    it('filters, retry and theme are forms', async () => {
      await visit(
        '/jobs',
        async (page) => {
          await page.getByLabel('Name').fill('signLetter')
          await page.getByRole('button', { name: 'Filter' }).click()
          expect(new URL(page.url()).searchParams.get('name')).toBe('signLetter')
          await page.getByRole('link', { name: 'signLetter' }).first().click()
          await page.getByRole('button', { name: 'Retry this job' }).click()
          expect(new URL(page.url()).pathname).toMatch(/^\/jobs\/\d+$/)
          await page.getByRole('button', { name: 'Dark' }).click()
          expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
          expect(new URL(page.url()).pathname).toMatch(/^\/jobs\/\d+$/)
        },
        plain,
      )
    })
  })
})
