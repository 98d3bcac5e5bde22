import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as, asNobody } from '../platform/accounts/testing.ts'
import { ownSettings } from '../platform/settings/index.ts'
import { diskCheck } from '../platform/status/disk.ts'
import { keeping, within } from '../platform/status/keeping.ts'
import { queueCheck } from '../platform/status/queue.ts'
import { storageCheck } from '../platform/status/storage.ts'
import { type TestWeb, testWeb } from './testing.ts'

let web: TestWeb
beforeAll(async () => {
  web = await testWeb()
})
afterAll(() => web.stop())

async function ask(url: string, headers: Record<string, string> = asNobody, accept = 'application/json') {
  const answer = await web.app.inject({ url, headers: { host: 'localhost', accept, ...headers } })
  return { ...answer, status: answer.statusCode, text: answer.payload }
}
const page = (url: string, headers?: Record<string, string>) => ask(url, headers, 'text/html')
const admin = () => as({ role: 'admin', via: 'session' })

describe('The status', () => {
  it('is for everybody, and says whether the database is ready', async () => {
    const { status, text } = await ask('/status')
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { db: { ready: true, message: 'The database answers.' } },
    ])
  })

  it('says which program this is', async () => {
    const { version, commit, build_date: built } = JSON.parse((await ask('/status/ping.json')).text)
    expect(version).toMatch(/^\d+\.\d+\.\d+/)
    // Neither is known where there is no clone.
    if (commit !== null) expect(commit).toMatch(/^[0-9a-f]{40}$/)
    if (built !== null) expect(Number.isNaN(Date.parse(built))).toBe(false)
  })

  it('tells each check with its meaning, as JSON and as a page', async () => {
    const { status, text } = await ask('/status/healthcheck.json')
    const { checks } = JSON.parse(text)
    expect(Object.keys(checks)).toEqual(['database', 'queue', 'disk', 'storage', 'mail'])
    expect(checks.mail).toEqual({
      state: 'absent',
      message: 'This program sends no mail yet: its messages are on the screen where it runs.',
      meaning: 'Messages can be sent.',
    })
    expect(status).toBe(
      Object.values<{ state: string }>(checks).some(({ state }) => state === 'failing') ? 503 : 200,
    )
    const shown = await page('/status')
    expect(shown.status).toBe(200)
    for (const { meaning } of Object.values<{ meaning: string }>(checks))
      expect(shown.text).toContain(meaning)
    expect(shown.text).not.toContain('Begin maintenance')
    expect((await page('/status', admin())).text).toContain('Begin maintenance')
  })
})

describe('A check', () => {
  it('of the queue fails by critical alarms alone', async () => {
    const alarm = { code: 'jobs_waiting', message: 'They wait.', advice: 'More workers.' } as const
    const of = (severity: 'critical' | 'warning') =>
      queueCheck({ health: async () => ({ alarms: [{ ...alarm, severity }], workers: 1 }) as never })
    expect(await of('critical')).toEqual({ state: 'failing', message: 'They wait. More workers.' })
    expect(await of('warning')).toEqual({
      state: 'ok',
      message: 'One worker is live. They wait. More workers.',
    })
  })

  it('of the disk fails where nearly nothing is free', async () => {
    expect((await diskCheck('/')).message).toMatch(/^\d+\.\d % of the disk is free: /)
    // A file system that is full by nature.
    expect((await diskCheck('/proc')).state).toBe('failing')
  })

  it('of the storage leaves nothing, and fails where nothing can be kept', async () => {
    const { storage } = web.context
    expect(await storageCheck(storage)).toMatchObject({ state: 'ok' })
    const left = []
    for await (const { key } of storage.list('status')) left.push(key)
    expect(left).toEqual([])
    const full = {
      ...storage,
      put: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    }
    expect((await storageCheck(full)).message).toContain('Nothing can be kept in it (ENOSPC).')
  })

  it('is made once for all who ask, and has failed where it does not end', async () => {
    let asked = 0
    const ask = keeping(60_000, async () => ++asked)
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1])
    expect(await within(10, () => new Promise(() => {}))()).toMatchObject({ state: 'failing' })
    expect(await within(10_000, () => Promise.reject(new Error('no')))()).toMatchObject({ state: 'failing' })
  })
})

describe('Maintenance', () => {
  const post = (on: string) =>
    web.app.inject({
      method: 'POST',
      url: '/status/maintenance',
      headers: { host: 'localhost', accept: 'text/html', ...as({ role: 'admin', via: 'key' }) },
      payload: { on },
    })

  it('is begun on the page, by who may change the settings', async () => {
    const refused = await web.app.inject({
      method: 'POST',
      url: '/status/maintenance',
      headers: { host: 'localhost', ...as({ role: 'operator', via: 'key' }) },
      payload: { on: 'true' },
    })
    expect(refused.statusCode).toBe(403)
    expect((await post('true')).statusCode).toBe(303)
    expect(web.context.settings.get(ownSettings.maintenance)).toBe(true)
  })

  it('tells everybody when to come again, on pages and in calls, also whom nobody knows', async () => {
    for (const who of [asNobody, as({ role: 'operator_manager', via: 'session' })]) {
      const shown = await page('/jobs', who)
      expect([shown.status, shown.headers['retry-after']]).toEqual([503, '60'])
      expect(shown.text).toContain('Back in a few minutes')
      const call = await ask('/nowhere', who)
      expect([call.status, JSON.parse(call.text).error]).toEqual([503, 'maintenance'])
    }
  })

  it('leaves status, health and the way in', async () => {
    for (const path of ['/status', '/status/ping.json', '/health', '/signin'])
      expect([path, (await page(path)).status]).toEqual([path, 200])
    expect((await page('/status')).text).toContain('This program is being maintained.')
    expect([200, 503]).toContain((await ask('/status/healthcheck.json')).status)
  })

  it('lets administrators in, who end it', async () => {
    expect((await page('/settings', admin())).status).toBe(200)
    expect((await page('/status', admin())).text).toContain('End maintenance')
    expect((await post('false')).statusCode).toBe(303)
    expect((await page('/signin')).status).toBe(200)
    expect((await page('/jobs', admin())).status).toBe(200)
  })
})
