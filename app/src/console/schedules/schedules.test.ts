import type { JobManager } from '@factotum/jobs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestConsole, testConsole } from '../testing.ts'

let test: TestConsole
let jobs: JobManager

beforeAll(async () => {
  test = await testConsole()
  jobs = test.context.jobs
  jobs.define('exportTable', { queue: 'slow', retries: 2 })
})
afterAll(() => test.close())
afterEach(async () => {
  for (const { name } of await jobs.schedules()) await jobs.unschedule(name)
  await test.context.database.pool.query('delete from factotum_jobs.job')
})

async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object) {
  const answer = await test.app.inject({
    method,
    url,
    headers: { host: 'localhost', accept: 'application/json' },
    ...(body ? { payload: body } : {}),
  })
  return { status: answer.statusCode, body: answer.json() }
}

/** As a browser asks, with or without htmx. */
async function browse(
  method: 'GET' | 'POST',
  url: string,
  fields: Record<string, string> = {},
  htmx = false,
) {
  const answer = await test.app.inject({
    method,
    url,
    headers: {
      host: 'localhost',
      accept: 'text/html',
      ...(htmx ? { 'hx-request': 'true' } : {}),
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(method === 'POST' ? { payload: new URLSearchParams(fields).toString() } : {}),
  })
  return { status: answer.statusCode, html: answer.body, location: answer.headers.location }
}

const nightly = {
  job: 'exportTable',
  args: ['a.csv', { rows: 3 }],
  cron: '0 3 * * *',
  time_zone: 'Asia/Tokyo',
}
const time = expect.stringMatching(/^\d{4}-.*Z$/)
const missing = {
  status: 404,
  body: { error: 'schedule_not_found', message: 'There is no schedule "nightly".' },
}

describe('PUT /schedules/{name}', () => {
  it('makes a schedule, and answers all about it', async () => {
    const { status, body } = await call('PUT', '/schedules/nightly', nightly)
    expect(status).toBe(200)
    expect(body).toEqual({
      name: 'nightly',
      job: 'exportTable',
      queue: 'slow',
      priority: 0,
      retries: 2,
      args: ['a.csv', { rows: 3 }],
      cron: '0 3 * * *',
      time_zone: 'Asia/Tokyo',
      missed: 'once',
      overlap: 'skip',
      window: null,
      paused: false,
      next_runs: [time, time, time, time, time],
      last_run: null,
      missed_runs: 0,
      skipped_runs: 0,
      created_at: time,
    })
    expect(body.next_runs[0]).toMatch(/T18:00:00.000Z$/)
  })

  it('replaces all of one', async () => {
    await call('PUT', '/schedules/nightly', { ...nightly, overlap: 'allow', options: { priority: 5 } })
    const { body } = await call('PUT', '/schedules/nightly', {
      job: 'exportTable',
      cron: '@hourly',
      missed: 'all',
      window: '2h',
      options: { queue: 'fast', backoff_delay: '1m', retries: 0 },
    })
    expect(body).toMatchObject({
      args: [],
      cron: '@hourly',
      time_zone: 'UTC',
      missed: 'all',
      window: 7_200_000,
      overlap: 'skip',
      queue: 'fast',
      priority: 0,
      retries: 0,
    })
    expect((await call('GET', '/schedules')).body.schedules).toHaveLength(1)
  })

  it('takes any name, however long it is when it is escaped', async () => {
    for (const name of ['list', 'a/b c?', 'ü'.repeat(200), '名'.repeat(200)]) {
      const address = `/schedules/${encodeURIComponent(name)}`
      expect(await call('PUT', address, nightly)).toMatchObject({ status: 200, body: { name } })
      expect((await call('GET', address)).body.name).toBe(name)
    }
  })

  it.each<[object, string, string]>([
    [
      { ...nightly, job: 'exportTabel' },
      'job_invalid',
      'There is no job "exportTabel" in this program. Did you',
    ],
    [{ ...nightly, cron: '0 0 30 2 *' }, 'job_invalid', 'never fires'],
    [{ ...nightly, time_zone: 'Mars/Olympus' }, 'job_invalid', 'is unknown'],
    [{ ...nightly, window: '2h' }, 'job_invalid', "goes with missed: 'all' only"],
    [{ ...nightly, args: ['\0'] }, 'job_invalid', 'NUL character'],
    [{ ...nightly, options: { retrys: 3 } }, 'job_invalid', 'Did you mean "retries"?'],
    [{ ...nightly, missed: 'never' }, 'invalid', 'missed must be one of skip, once, all'],
    [{ ...nightly, corn: '' }, 'invalid', 'corn is not known here'],
    [{ cron: '@daily' }, 'invalid', 'job is missing'],
  ])('refuses %j', async (put, error, sentence) => {
    const { status, body } = await call('PUT', '/schedules/nightly', put)
    expect({ status, error: body.error }).toEqual({ status: 422, error })
    expect(body.message).toContain(sentence)
    expect(await jobs.schedules()).toEqual([])
  })
})

describe('a schedule', () => {
  it('is listed, paused, resumed and deleted', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    expect((await call('GET', '/schedules')).body.schedules).toMatchObject([{ name: 'nightly' }])
    expect(await call('POST', '/schedules/nightly/pause')).toMatchObject({
      status: 200,
      body: { paused: true, next_runs: [] },
    })
    const resumed = await call('POST', '/schedules/nightly/resume')
    expect(resumed.body).toMatchObject({ paused: false, next_runs: [time, time, time, time, time] })
    expect(await call('DELETE', '/schedules/nightly')).toEqual({
      status: 200,
      body: { status: 'deleted', name: 'nightly' },
    })
    expect((await call('GET', '/schedules')).body).toEqual({ schedules: [] })
  })

  it('is run at once, and refuses while its job has not ended', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    const { status, body } = await call('POST', '/schedules/nightly/run')
    expect({ status, body }).toEqual({
      status: 202,
      body: { status: 'enqueued', job_id: expect.any(String) },
    })
    const lastRun = { job_id: body.job_id, status: 'queued', scheduled_for: time, enqueued_at: time }
    const found = await call('GET', '/schedules/nightly')
    expect(found.body.last_run, JSON.stringify(found)).toEqual(lastRun)
    expect(await call('POST', '/schedules/nightly/run')).toMatchObject({
      status: 409,
      body: { error: 'job_conflict', message: expect.stringContaining(`has not ended: ${body.job_id}.`) },
    })
  })

  it('that there is not answers 404 to all', async () => {
    expect(await call('GET', '/schedules/nightly')).toEqual(missing)
    expect(await call('DELETE', '/schedules/nightly')).toEqual(missing)
    for (const verb of ['pause', 'resume', 'run'])
      expect(await call('POST', `/schedules/nightly/${verb}`)).toEqual(missing)
  })

  it('is described for programs, and its pages are not', async () => {
    const { body } = await call('GET', '/docs/json')
    const paths = Object.keys(body.paths).filter((path) => path.startsWith('/schedules'))
    expect(paths.sort()).toEqual([
      '/schedules',
      '/schedules/{name}',
      '/schedules/{name}/pause',
      '/schedules/{name}/resume',
      '/schedules/{name}/run',
    ])
  })
})

describe('the pages', () => {
  it('list every schedule with its rule, and say so where there is none', async () => {
    expect((await browse('GET', '/schedules')).html).toContain('No schedules yet')
    await call('PUT', '/schedules/nightly', nightly)
    await jobs.putSchedule('<b>', { job: 'exportTable', cron: '@daily' })
    await jobs.pauseSchedule('<b>')
    const { html } = await browse('GET', '/schedules')
    for (const text of ['nightly', '0 3 * * *', 'Asia/Tokyo', 'paused', 'Run now', 'Resume', '&lt;b>'])
      expect(html).toContain(text)
    expect(html).not.toContain('<b>')
  })

  it('tell what was missed and skipped', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    await test.context.database.pool.query(
      'update factotum_jobs.schedule set missed_runs = 1234, skipped_runs = 7',
    )
    const { html } = await browse('GET', '/schedules')
    expect(html).toMatch(/1,234.*7<\/[a-z]+> skipped|1,234.*>7 skipped/s)
  })

  it('have buttons that are forms: back to where they were pressed', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    expect(await browse('POST', '/schedules/nightly/pause', { view: 'list' })).toMatchObject({
      status: 303,
      location: '/schedules',
    })
    expect((await jobs.schedule('nightly'))?.paused).toBe(true)
    expect(await browse('POST', '/schedules/nightly/resume', { view: 'one' })).toMatchObject({
      status: 303,
      location: '/schedules/nightly',
    })
    expect((await browse('POST', '/schedules/nightly/run', { view: 'one' })).status).toBe(303)
    const refused = await browse('POST', '/schedules/nightly/run', { view: 'list' })
    expect(refused.status).toBe(409)
    expect(refused.html).toContain('It was not run.')
    expect(refused.html).toContain('<html')
  })

  it('answer htmx with the piece that was pressed in', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    const list = await browse('POST', '/schedules/nightly/pause', { view: 'list' }, true)
    expect(list.html).toMatch(/^<div id="schedules"/)
    expect(list.html).toContain('paused')
    const one = await browse('POST', '/schedules/nightly/resume', { view: 'one' }, true)
    expect(one.html).toMatch(/^<div id="schedule"/)
    expect((await browse('GET', '/schedules?only=list')).html).toMatch(/^<div id="schedules"/)
    expect((await browse('GET', '/schedules/nightly/live')).html).toMatch(/^<div id="schedule"/)
  })

  it('show one with its next five runs, in its zone too', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    const { html } = await browse('GET', '/schedules/nightly')
    expect(html.match(/<li>/g)?.length).toBeGreaterThanOrEqual(5)
    expect(html).toContain('03:00:00 Asia/Tokyo')
    expect((await browse('GET', '/schedules/none')).status).toBe(404)
  })

  it('ask before they delete', async () => {
    await call('PUT', '/schedules/nightly', nightly)
    expect((await browse('GET', '/schedules/nightly/delete', {}, true)).html).toMatch(/^<dialog/)
    expect((await browse('GET', '/schedules/nightly/delete')).html).toContain('Delete this schedule')
    expect(await jobs.schedules()).toHaveLength(1)
    expect(await browse('POST', '/schedules/nightly/delete')).toMatchObject({
      status: 303,
      location: '/schedules',
    })
    expect(await jobs.schedules()).toEqual([])
    expect((await browse('POST', '/schedules/nightly/delete')).status).toBe(404)
  })
})
