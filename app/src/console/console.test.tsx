import type { JobDefinition } from '@factotum/jobs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guard } from '../platform/http/index.ts'
import { Panel } from './components/index.ts'
import { type TestConsole, testConsole } from './testing.ts'

let test: TestConsole
let waits: JobDefinition<[string], null>
const hostile = '<script>alert(1)</script>'
let jobId = ''
let failedId = ''

beforeAll(async () => {
  test = await testConsole([
    {
      navigation: [
        { section: 'Work', label: 'Letters', href: '/letters', order: 5, count: async () => 63 },
        {
          section: 'Work',
          label: 'Broken',
          href: '/broken',
          order: 6,
          count: () => Promise.reject(new Error('no')),
        },
      ],
      overview: [
        {
          id: 'letters',
          order: 1,
          load: async () => (
            <Panel id="letters" title="Letters today">
              none
            </Panel>
          ),
        },
      ],
    },
  ])
  test.app.get('/fails', { config: { guard: guard.optional } }, async () => {
    throw new Error('secret detail')
  })
  const { jobs } = test.context
  const fail = jobs.job('fail', async (text: string): Promise<null> => Promise.reject(new Error(text)))
  waits = jobs.define('waits', { queue: 'nobody' })
  jobId = (await waits.delay(hostile)).id
  const worker = jobs.worker({ queues: ['default'] })
  await worker.start()
  const handle = await fail.delay(hostile)
  failedId = handle.id
  await handle.result().catch(() => {})
  await worker.stop()
})
afterAll(() => test.close())

interface Options {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  form?: Record<string, string>
}

/** As a browser asks: for a page. */
function browse(url: string, { method = 'GET', headers = {}, form }: Options = {}) {
  return test.app.inject({
    method,
    url,
    headers: {
      host: 'localhost',
      accept: 'text/html,application/xhtml+xml',
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    ...(form ? { payload: new URLSearchParams(form).toString() } : {}),
  })
}

describe('Every page', () => {
  const paths = () => [
    '/',
    '/jobs',
    '/jobs?state=failed',
    `/jobs/${jobId}`,
    `/jobs/${failedId}`,
    '/nowhere',
    '/fails',
  ]

  it('keeps to the policy: nothing inline, nothing from elsewhere, one h1, the language, a way past the navigation', async () => {
    for (const path of paths()) {
      const { body, headers } = await browse(path)
      expect(headers['content-type'], path).toMatch(/^text\/html/)
      expect(headers['content-security-policy'], path).toMatch(/script-src 'self'/)
      expect(body, path).not.toMatch(/<script(?![^>]*\ssrc=)/)
      expect(body, path).not.toMatch(/<style|\sstyle=|\son\w+=/)
      expect(body, path).not.toMatch(/(src|href)="(https?:)?\/\//)
      expect(body.match(/<h1/g), path).toHaveLength(1)
      expect(body, path).toMatch(/^<!doctype html><html lang="en"/)
      expect(body, path).toContain('class="skip" href="#main"')
    }
  })

  it('shows what people wrote as text', async () => {
    for (const path of paths()) expect((await browse(path)).body, path).not.toContain(hostile)
    expect((await browse(`/jobs/${failedId}`)).body).toContain('&lt;script>alert(1)&lt;/script>')
  })

  it('says where the live events stand that it was drawn from', async () => {
    expect((await browse('/')).body).toMatch(/data-cursor="[0-9a-z]+-\d+"/)
  })

  it('marks where one is, shows the numbers there are, and lives without one that can not be had', async () => {
    const { body } = await browse('/')
    expect(body).toMatch(/<a class="nav-link" href="\/" aria-current="page">/)
    expect(body).toMatch(/<span>Letters<\/span><span class="nav-count">63<\/span>/)
    expect(body).toMatch(/<span>Broken<\/span><\/a>/)
  })

  it("has a feature's panel on the overview", async () => {
    expect((await browse('/')).body).toContain('Letters today')
  })
})

describe('A path with two faces', () => {
  it('is a page for a browser and JSON for a program', async () => {
    const page = await browse('/jobs')
    expect(page.headers['content-type']).toMatch(/html/)
    expect(page.headers.vary).toMatch(/accept/i)
    for (const accept of ['application/json', '*/*'])
      expect((await browse('/jobs', { headers: { accept } })).json()).toHaveProperty('jobs')
  })
})

describe('Errors for a browser', () => {
  it('are a page in the frame with what to do, and the status', async () => {
    const { statusCode, body } = await browse('/nowhere')
    expect(statusCode).toBe(404)
    expect(body).toContain('There is nothing at /nowhere.')
    expect(body).toContain('Go to the overview')
    expect((await browse('/jobs/99999')).statusCode).toBe(404)
    expect((await browse('/jobs?state=done')).statusCode).toBe(422)
  })

  it('tell nothing of the inside, but the id under which the log has it', async () => {
    const { statusCode, body } = await browse('/fails')
    expect(statusCode).toBe(500)
    expect(body).not.toContain('secret detail')
    expect(body).toMatch(/request <span class="id">[\w-]{36}/)
  })

  it('are a notice where a piece of a page was asked for', async () => {
    const { statusCode, body, headers } = await browse('/jobs/99999/live', {
      headers: { 'hx-request': 'true' },
    })
    expect(statusCode).toBe(404)
    expect(headers['hx-retarget']).toBe('#notices')
    expect(body).toMatch(/^<div class="notice notice-bad" role="alert"/)
  })
})

describe('The theme', () => {
  it('is kept in a cookie by a plain form, and drawn by the server', async () => {
    const { statusCode, headers } = await browse('/theme', {
      method: 'POST',
      form: { theme: 'dark', back: '/jobs?state=failed' },
    })
    expect(statusCode).toBe(303)
    expect(headers.location).toBe('/jobs?state=failed')
    expect(headers['set-cookie']).toMatch(/^theme=dark; Path=\/; Max-Age=\d+; SameSite=Lax/)
    expect((await browse('/', { headers: { cookie: 'theme=dark' } })).body).toContain('data-theme="dark"')
    expect((await browse('/', { headers: { cookie: 'theme=%22%3E%3Cscript' } })).body).toContain(
      'data-theme="auto"',
    )
  })

  it('is one of three, and leads nowhere else', async () => {
    expect((await browse('/theme', { method: 'POST', form: { theme: 'pink' } })).statusCode).toBe(422)
    const { headers } = await browse('/theme', {
      method: 'POST',
      form: { theme: 'auto', back: '//evil.example' },
    })
    expect(headers.location).toBe('/')
  })
})

describe('Assets', () => {
  const address = async () => /href="(\/assets\/\w+)\/console\.css"/.exec((await browse('/')).body)?.[1] ?? ''

  it('are kept for ever under the address of these very files, compressed as the browser can', async () => {
    const url = `${await address()}/console.css`
    const brotli = await browse(url, { headers: { 'accept-encoding': 'gzip, deflate, br' } })
    expect(brotli.headers).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const plain = await browse(url, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.body).toContain('@layer tokens')
  })

  it('of another version are served, but not kept; what is not there is 404', async () => {
    expect((await browse('/assets/000000000000/live.js')).headers['cache-control']).toBe('no-cache')
    expect((await browse(`${await address()}/missing.js`)).statusCode).toBe(404)
    expect((await browse(`${await address()}/..%2f..%2fassets.ts`)).statusCode).toBe(404)
  })
})

describe('Buttons work without JavaScript', () => {
  it('cancel leads back to the job', async () => {
    const { id } = await waits.delay('cancel me')
    const { statusCode, headers } = await browse(`/jobs/${id}/cancel`, { method: 'POST', form: {} })
    expect(statusCode).toBe(303)
    expect(headers.location).toBe(`/jobs/${id}`)
    expect((await browse(`/jobs/${id}`)).body).toContain('state-canceled')
  })

  it('a refusal shows the job as it is, with the reason and 409', async () => {
    const { statusCode, body } = await browse(`/jobs/${jobId}/retry`, { method: 'POST', form: {} })
    expect(statusCode).toBe(409)
    expect(body).toContain('It was not retried.')
    expect(body).toContain('state-queued')
  })

  it('and with it they answer the piece that changed, and the button of the head beside it', async () => {
    const { statusCode, body } = await browse(`/jobs/${failedId}/retry`, {
      method: 'POST',
      form: {},
      headers: { 'hx-request': 'true' },
    })
    expect(statusCode).toBe(200)
    expect(body).toMatch(/^<div id="job"/)
    expect(body).toMatch(/<div id="job-action" hx-swap-oob="true">/)
  })
})

describe('The charts of the overview', () => {
  it('draw and tell how long jobs waited, and that nothing is known where nothing is', async () => {
    const before = (await browse('/overview/throughput')).body
    expect(before).toContain('aria-label="No wait is known of this time."')
    expect(before).not.toMatch(/class="chart-reach" d="M/)

    const { pool } = test.context.database
    await pool.query(`insert into factotum_jobs.wait (minute, jobs, p50, p95)
      values (date_trunc('minute', now()) - interval '9 minutes', 20, 0.04, 0.2),
        (date_trunc('minute', now()) - interval '8 minutes', 20, 0.25, 95)`)
    const { body } = await browse('/overview/throughput')
    expect(body).toMatch(
      /aria-label="The longest waits were at \d\d:\d\d: half of the jobs had waited 250 ms at most, 95 % 1 min 35 s\."/,
    )
    expect(body.match(/class="chart-reach" d="([^"]+)"/)?.[1]?.match(/M/g)).toHaveLength(2)
    const ledger = body.match(/id="wait-ledger"[\s\S]*?<\/table>/)?.[0] ?? ''
    expect(ledger).toContain('<th scope="col" class="end">Highest median</th>')
    expect(ledger).toContain('1 min 35 s')
    expect(ledger).toContain('–')
  })
})

describe('Pieces that replace themselves', () => {
  it('are answered alone, with the id of what they replace', async () => {
    expect((await browse('/overview/figures')).body).toMatch(/^<section id="figures"/)
    expect((await browse('/overview/work')).body).toMatch(/^<section class="panel" id="work"/)
    expect((await browse('/overview/throughput')).body).toMatch(/^<section class="panel" id="throughput"/)
    expect((await browse('/overview/attention')).body).toMatch(/^<section class="panel" id="attention"/)
    expect((await browse(`/jobs/${jobId}/row`)).body).toMatch(new RegExp(`^<tr id="job-${jobId}"`))
    const [newest] = (await test.context.jobs.list({}, { limit: 1 })).jobs
    const before = BigInt(newest?.id ?? 1) - 1n
    expect((await browse(`/jobs/newer?than=${before}`)).body).toMatch(/^<div id="newer-jobs"[\s\S]*>1 new</)
    expect((await browse(`/jobs/newer?than=${newest?.id}`)).body).not.toContain(' new</a>')
  })
})
