import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as } from '../platform/accounts/testing.ts'
import { createMetrics } from '../platform/metrics/create.ts'
import { scrubber } from '../platform/reporting/scrub.ts'
import { sentryReporter } from '../platform/reporting/sentry.ts'
import { startTracing } from '../platform/tracing/otlp.ts'
import { startFiguresOutlet } from './figures-outlet.ts'
import { Stops } from './stops.ts'
import { type Receiver, startReceiver } from './testing/receiver.ts'
import { attribute, spansOf } from './testing/spans.ts'
import { type TestWeb, testWeb } from './testing.ts'

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
const password = 'correct-horse-battery'

const lines: Record<string, unknown>[] = []
let receiver: Receiver
let web: TestWeb
let stopped = false

beforeAll(async () => {
  receiver = await startReceiver()
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  web = await testWeb(log, {
    environment: {
      SENTRY_DSN: `http://key@127.0.0.1:${receiver.port}/7`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=for-the-collector',
      CLERK_WEBHOOK_SECRET: `whsec_${'c2VjcmV0'.repeat(4)}`,
      HOURLY_LIMIT: '100000',
      DAILY_LIMIT: '100000',
    },
    features: [fileURLToPath(new URL('testing/features', import.meta.url))],
  })
  await web.context.jobs.worker().start()
})
afterAll(async () => {
  if (!stopped) await web.stop()
})

async function until<T>(what: string, seen: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 25_000; Date.now() < end; ) {
    const found = await seen()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`It never came: ${what}.`)
}

const post = (url: string, payload: object = {}, headers: Record<string, string> = {}) =>
  web.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { host: 'localhost', accept: 'application/json', ...as({ role: 'admin' }), ...headers },
  })

interface SentryEvent {
  release: string
  environment: string
  tags: Record<string, string>
  contexts: { trace?: { trace_id: string; span_id: string } }
  exception: { values: { type: string; value: string; stacktrace?: { frames: { filename: string }[] } }[] }
}

/** The events of the envelopes that came: header, item header and item, a line each. */
const reports = (): SentryEvent[] =>
  receiver.received
    .filter(({ path }) => path.startsWith('/api/7/envelope/'))
    .map(({ body }) => JSON.parse(body.split('\n')[2] ?? ''))

const reportOf = (id: string) =>
  until(`the report of ${id}`, () => reports().find(({ tags }) => tags.request_id === id))

/** The span of this name, of a request or of what came of it. */
const spanOf = (id: string, name: string) =>
  until(`the span ${name} of ${id}`, () => spansOf(receiver, id).find((span) => span.name === name))

describe('An error that only a programmer can mend', () => {
  it('has one id: in the answer, in the log, at Sentry, and in its trace', async () => {
    const id = 'request-with-a-broken-pen'
    const answer = await post('/troubled/7', { text: 'x' }, { 'x-request-id': id })
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ error: 'internal', id })
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, id }))
    const report = await reportOf(id)
    expect(report).toMatchObject({
      environment: 'production',
      release: expect.stringMatching(/^factotum@\d/),
      tags: { method: 'POST', route: '/troubled/:id' },
    })
    expect(report.exception.values.map(({ value }) => value)).toEqual([
      'the nib was bent',
      'the pen broke: x',
    ])
    expect(report.exception.values.at(-1)?.stacktrace?.frames.at(-1)?.filename).toContain(
      'troubled/routes.ts',
    )
    const span = await spanOf(id, 'POST /troubled/:id')
    expect(report.contexts.trace).toMatchObject({ trace_id: span.traceId, span_id: span.spanId })
    expect(span.status.code).toBe(2)
    expect(attribute(span, 'http.response.status_code')).toBe(500)
  })

  it('is shown to browsers with that id, too', async () => {
    const answer = await post(
      '/troubled/7',
      { text: 'x' },
      { accept: 'text/html', 'x-request-id': 'shown-id' },
    )
    expect([answer.statusCode, answer.body.includes('shown-id')]).toEqual([500, true])
  })

  it('takes nothing secret along: not of the request, and not in its own words', async () => {
    const id = 'request-with-secrets'
    const secrets = [
      password,
      token,
      'fct_0123456789ab_',
      'cookie-value',
      'body-value',
      '0123456789abcdef'.repeat(4),
    ]
    const text = [
      `postgres://me:${password}@db/x`,
      `authorization: Bearer ${token}`,
      `key fct_0123456789ab_${'0'.repeat(64)}`,
      `signed with ${'0123456789abcdef'.repeat(4)} and whsec_${'c2VjcmV0'.repeat(4)}`,
      `password=${password}`,
    ].join('; ')
    await post(
      '/troubled/7?token=body-value',
      { text },
      {
        'x-request-id': id,
        cookie: 'a=cookie-value',
        authorization: `Bearer ${token}`,
        'x-other': 'body-value',
      },
    )
    await post('/troubled/failing', { text }, { 'x-request-id': `${id}-job` })
    await reportOf(id)
    await reportOf(`${id}-job`)
    await spanOf(`${id}-job`, 'job troubled.failing')
    const sent = receiver.received.map(({ body }) => body).join()
    expect(sent).toContain('the pen broke')
    expect(sent).toContain('no ink')
    for (const secret of secrets) expect(sent).not.toContain(secret)
  })

  it('is told of a job that failed, too, by the id of its request', async () => {
    const id = 'request-of-a-failing-job'
    const { id: job } = (await post('/troubled/failing', { text: 'x' }, { 'x-request-id': id })).json()
    const { tags, exception } = await reportOf(id)
    expect(tags).toMatchObject({ job_id: job, job: 'troubled.failing', queue: 'default', attempt: '1' })
    const [only] = exception.values
    expect(only).toMatchObject({ type: 'TypeError', value: 'no ink: x' })
    expect(only?.stacktrace?.frames.at(-1)?.filename).toContain('troubled/jobs.ts')
  })

  it('is not what a client did wrong, or a thing that is away', async () => {
    expect((await post('/troubled/7', { wrong: 1 }, { 'x-request-id': 'wrong-body' })).statusCode).toBe(422)
    expect((await post('/nowhere', {}, { 'x-request-id': 'wrong-address' })).statusCode).toBe(404)
    await post('/troubled/7', { text: 'x' }, { 'x-request-id': 'after-those' })
    await reportOf('after-those')
    expect(reports().filter(({ tags }) => tags.request_id?.startsWith('wrong-'))).toEqual([])
  })
})

describe('A trace', () => {
  const traceId = 'f'.repeat(32)
  beforeAll(async () => {
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
    await post('/troubled/parent', {}, { 'x-request-id': 'request-with-jobs' })
    await post('/troubled/parent', {}, { 'x-request-id': 'request-of-a-trace', traceparent })
    await post('/troubled/failing', { text: 'x' }, { 'x-request-id': 'request-in-red' })
  })

  it('goes from a request through its jobs', async () => {
    const id = 'request-with-jobs'
    const request = await spanOf(id, 'POST /troubled/parent')
    const parent = await spanOf(id, 'job troubled.parent')
    const child = await spanOf(id, 'job troubled.child')
    expect([request.parentSpanId ?? '', request.kind]).toEqual(['', 2])
    expect([parent.traceId, parent.parentSpanId]).toEqual([request.traceId, request.spanId])
    expect([child.traceId, child.parentSpanId]).toEqual([request.traceId, parent.spanId])
    expect(attribute(child, 'factotum.job.attempt')).toBe(1)
    const { headers } = receiver.received.find(({ path }) => path === '/v1/traces') ?? {}
    expect(headers?.['x-key']).toBe('for-the-collector')
  })

  it('goes on with that of whoever asks', async () => {
    const id = 'request-of-a-trace'
    const parentSpanId = '00f067aa0ba902b7'
    expect(await spanOf(id, 'POST /troubled/parent')).toMatchObject({ traceId, parentSpanId })
    expect(await spanOf(id, 'job troubled.child')).toMatchObject({ traceId })
  })

  it('shows a failed job as failed', async () => {
    const { status } = await spanOf('request-in-red', 'job troubled.failing')
    expect(status).toEqual({ code: 2, message: 'no ink: x' })
  })
})

describe('GET /metrics', () => {
  const read = (headers: Record<string, string>) =>
    web.app.inject({ url: '/metrics', headers: { host: 'localhost', ...headers } })
  /** The value of a series; undefined where there is none. */
  const value = (text: string, series: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1]

  it('is for operators, and for keys with the scope metrics', async () => {
    const { keys } = web.context.accounts
    const keyFor = async (scopes: string[]) => {
      const asked = { name: 'Prometheus', scopes, owner: { role: 'admin' as const }, expiresAt: null }
      return { authorization: `Bearer ${(await keys.make(asked, { by: 'program' })).key}` }
    }
    expect((await read({})).statusCode).toBe(401)
    expect((await read(await keyFor(['jobs']))).statusCode).toBe(403)
    expect((await read(as({ role: 'staff' }))).statusCode).toBe(403)
    expect((await read(as({ role: 'operator' }))).statusCode).toBe(200)
    const answer = await read(await keyFor(['metrics.read']))
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ])
    expect(answer.headers.ratelimit).toBeUndefined()
  })

  it('tells of requests by route, never by address', async () => {
    for (const id of ['a', 'b', 'c']) await post(`/nowhere/${id}`)
    await post('/troubled/7', { text: 'x' })
    const { body } = await read(as({ role: 'operator' }))
    const count = (route: string, method: string, status: string) =>
      Number(
        value(
          body,
          `factotum_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
        ),
      )
    expect(count('/troubled/:id', 'POST', '5xx')).toBeGreaterThan(0)
    expect(count('none', 'any', '4xx')).toBeGreaterThanOrEqual(3)
    expect(body).not.toContain('nowhere')
  })

  it('is described, figure by figure', async () => {
    const { body } = await read(as({ role: 'operator' }))
    const page = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8')
    const told = [...body.matchAll(/^# HELP (factotum_\w+) (.*)\n# TYPE \w+ (\w+)$/gm)]
    const rows = told.map(([, name, help, type]) => [name, type, help])
    const written = [...page.matchAll(/^\| `(factotum_\w+)` \| (\w+) \|.*\| (.*) \|$/gm)]
    expect(rows.sort()).toEqual(written.map(([, name, type, help]) => [name, type, help]).sort())
  })

  it('tells of jobs, connections, the database and the process', async () => {
    await (await web.context.jobs.define('later').delayIn('1h')).status()
    await post('/troubled/failing', { text: 'x' }, { 'x-request-id': 'counted' })
    await reportOf('counted')
    const listening = await web.app.listen({ port: 0, host: '127.0.0.1' })
    const stream = get(new URL('/live/events', listening), {
      headers: as({ role: 'operator' }),
      agent: false,
    })
    await once(stream, 'response')
    // Figures of queues serve all who ask within a second.
    const body = await until('figures with all of that', async () => {
      const { body } = await read(as({ role: 'operator' }))
      return value(body, 'factotum_jobs{queue="default",state="scheduled"}') === '1' ? body : undefined
    })
    expect(value(body, 'factotum_live_connections{kind="sse"}')).toBe('1')
    const runs = 'factotum_job_runs_total{queue="default",job="troubled.failing",outcome="failed"}'
    expect(Number(value(body, runs))).toBeGreaterThan(0)
    for (const series of [
      'factotum_build_info{version="',
      'factotum_database_up 1',
      'factotum_database_pool_connections{state="idle"}',
      'factotum_database_pool_size 10',
      'factotum_cache_questions_total{outcome="hit"}',
      'factotum_cache_values_total{outcome="kept"}',
      'factotum_cache_troubles 0',
      'factotum_jobs_oldest_waiting_seconds{queue="default"}',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(body).toContain(series)
    stream.destroy()
    await until('the end of the live connection', async () => {
      const { body } = await read(as({ role: 'operator' }))
      return value(body, 'factotum_live_connections{kind="sse"}') === '0' ? true : undefined
    })
  })
})

describe('A worker that runs apart', () => {
  it('answers /metrics and /health at METRICS_PORT, and nothing else', async () => {
    const stops = new Stops(pino({ level: 'silent' }))
    const url = await startFiguresOutlet(web.context, 0, { metrics: createMetrics('1.2.3') }, stops)
    const asked = {
      name: 'Scraper',
      scopes: ['metrics'],
      owner: { role: 'operator' as const },
      expiresAt: null,
    }
    const { key } = await web.context.accounts.keys.make(asked, { by: 'program' })
    const answer = async (path: string, headers: Record<string, string>) => {
      const request = get(new URL(path, url), { headers, agent: false })
      const [response]: IncomingMessage[] = await once(request, 'response')
      return { status: response?.statusCode, body: response ? await text(response) : '' }
    }
    expect(await answer('/metrics', { 'x-api-key': key })).toMatchObject({
      status: 200,
      body: expect.stringContaining('factotum_build_info{version="1.2.3"} 1'),
    })
    const statuses = ['/metrics', '/health', '/jobs'].map(async (path) => (await answer(path, {})).status)
    expect(await Promise.all(statuses)).toEqual([401, 200, 404])
    await stops.run()
  })
})

describe('What looks like a secret', () => {
  it.each([
    ['redis://:hunter2@cache:6379/0 is away', 'redis://[hidden]@cache:6379/0 is away'],
    ['Cookie: a=1; b=2', 'Cookie: [hidden]'],
    ['{"password":"hunter2","x":1}', '{"password":"[hidden]","x":1}'],
    ['api_key=abc&x=1', 'api_key=[hidden]&x=1'],
    ['the key is in-the-vault', 'the key is [hidden]'],
    [
      'nothing of that kind: 42 rows at https://example.org/x',
      'nothing of that kind: 42 rows at https://example.org/x',
    ],
  ])('in "%s" is taken out', (text, clean) => {
    expect(scrubber(['in-the-vault'])(text)).toBe(clean)
  })
})

// Last: it stays away.
describe('A receiver that is away', () => {
  const many = (prefix: string) =>
    Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const { statusCode } = await post(
          '/troubled/7',
          { text: 'x' },
          { 'x-request-id': `${prefix}-${index}` },
        )
        const { statusCode: enqueued } = await post('/troubled/parent')
        return [statusCode, enqueued]
      }),
    )
  const warnings = () => lines.filter(({ msg }) => String(msg).includes("can't be reached")).length

  it('and hangs: every request is answered, and few reports wait for it', async () => {
    receiver.hang()
    for (const codes of await many('hanging')) expect(codes).toEqual([500, 200])
    expect(await receiver.open()).toBeLessThanOrEqual(40)
  })

  it('and is gone: every request is answered, the log says so once, and the program stops in time', async () => {
    await receiver.gone()
    for (const codes of await many('gone')) expect(codes).toEqual([500, 200])
    await until('the warning', () => (warnings() > 0 ? true : undefined))
    stopped = true
    await web.stop()
    expect(warnings()).toBeLessThanOrEqual(2)
  })
})

describe('The end of a process', () => {
  it('sends the last, and waits for a receiver that hangs no longer than it may', async () => {
    const other = await startReceiver()
    const log = pino({ level: 'silent' })
    const share = { share: 1, version: '1.2.3', secrets: [], log }
    const lastWords = async (ms: number) => {
      const reporter = sentryReporter({
        dsn: `http://key@127.0.0.1:${other.port}/7`,
        environment: 'test',
        ...share,
      })
      const tracing = startTracing({
        endpoint: `http://127.0.0.1:${other.port}`,
        headers: {},
        service: 'test',
        ...share,
      })
      const run = { id: '1', name: 'last', queue: 'default', attempt: 1, correlationId: null, context: null }
      await tracing.jobs.run?.(run, async () => null)
      reporter.report(new Error('the last'), { id: null, tags: {} })
      await Promise.all([reporter.stop(ms), tracing.stop(ms)])
    }
    await lastWords(10_000)
    expect(other.received.map(({ path }) => path.split('?')[0]).sort()).toEqual([
      '/api/7/envelope/',
      '/v1/traces',
    ])
    other.hang()
    await lastWords(20)
    await other.gone()
  })
})
