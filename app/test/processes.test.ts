import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Browser, tokenOf } from '../src/platform/accounts/testing/visit.ts'
import { appDatabase } from '../src/platform/database/testing.ts'
import { type RunningProgram, SECRET_KEY, startProgram, temporaryHome } from './program.ts'

/** Four web servers on one database, as on four machines: each has a home of its own. */
describe('Four web processes', () => {
  let database: TestDatabase
  let home: Awaited<ReturnType<typeof temporaryHome>>
  let webs: RunningProgram[]

  beforeAll(async () => {
    database = await appDatabase()
    home = await temporaryHome()
    webs = await Promise.all(
      [1, 2, 3, 4].map((number) =>
        startProgram(['web'], {
          DATABASE_URL: database.url,
          SECRET_KEY,
          FACTOTUM_HOME: join(home.path, `${number}`),
          // As people have it: the default.
          HOURLY_LIMIT: '',
        }),
      ),
    )
  }, 120_000)
  afterAll(async () => {
    await Promise.all(webs.map((web) => web.stop()))
    await database.drop()
    await home.remove()
  })

  const web = (index: number) => webs[index]?.url ?? ''

  async function get(url: string, { cookie }: Browser, accept = 'application/json') {
    return fetch(url, { headers: { accept, cookie }, redirect: 'manual' })
  }

  /** Sends a form of a page as a browser without JavaScript would. */
  async function post(url: string, browser: Browser, fields: Record<string, string> = {}) {
    const page = await (await get(new URL('/account', url).href, browser, 'text/html')).text()
    const [, _csrf = ''] = /name="csrf-token" content="([^"]+)"/.exec(page) ?? []
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: browser.cookie },
      body: new URLSearchParams({ _csrf, ...fields }),
    })
    browser.take(answer.headers.getSetCookie())
    return answer.status
  }

  /** In which of the processes the browser's session holds. */
  const holdsIn = (browser: Browser) =>
    Promise.all(
      webs.map(async ({ url }) => {
        const answer = await get(`${url}/auth/me`, browser)
        return answer.ok && /"via":"session"/.test(await answer.text())
      }),
    )

  const everywhere = [true, true, true, true]
  const nowhere = [false, false, false, false]

  it('share sessions: one that began in one holds in all, and ends in all', async () => {
    const here = new Browser()
    await vi.waitFor(() => tokenOf(webs[0]?.output()), { timeout: 30_000 })
    const token = tokenOf(webs[0]?.output())
    here.take((await get(`${web(1)}/signin/link?token=${token}`, here)).headers.getSetCookie())
    expect(await holdsIn(here)).toEqual(everywhere)

    expect(await post(`${web(2)}/account/name`, here, { name: 'Ada', email: 'ada@example.org' })).toBe(303)
    const password = 'correct horse battery'
    expect(await post(`${web(3)}/account/password`, here, { password })).toBe(303)
    const there = new Browser()
    const answer = await fetch(`${web(0)}/signin`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.org', password }),
    })
    there.take(answer.headers.getSetCookie())
    expect(await holdsIn(there)).toEqual(everywhere)

    expect(await post(`${web(1)}/account/sessions/end-others`, here)).toBe(303)
    expect(await holdsIn(there)).toEqual(nowhere)
    expect(await holdsIn(here)).toEqual(everywhere)
    expect(await post(`${web(3)}/signout`, here)).toBe(303)
    expect(await holdsIn(here)).toEqual(nowhere)
  })

  it('share settings: one that is changed on one machine is in force on all', async () => {
    const name = 'ORGANISATION_NAME'
    const fileOf = (machine: number) => join(home.path, `${machine}`, 'user-config.json')
    /** Each process writes what is in force there. */
    const listOf = async (machine: number): Promise<{ config_name: string; value: unknown }[]> =>
      JSON.parse(await readFile(fileOf(machine), 'utf8'))
    const edited = (await listOf(1)).map((setting) =>
      setting.config_name === name ? { ...setting, value: 'Northwind' } : setting,
    )
    await writeFile(fileOf(1), JSON.stringify(edited))
    await vi.waitFor(
      async () => {
        for (const machine of [1, 2, 3, 4])
          expect(await listOf(machine)).toContainEqual(
            expect.objectContaining({ config_name: name, value: 'Northwind' }),
          )
      },
      { timeout: 25_000, interval: 100 },
    )
  })

  it('count calls together: exactly as many are let through as were left', async () => {
    const call = async (index: number) => {
      const answer = await fetch(`${web(index % 4)}/public`)
      await answer.text()
      return answer
    }
    const left = Number(/"hour";r=(\d+)/.exec((await call(0)).headers.get('ratelimit') ?? '')?.[1])
    expect(left).toBeGreaterThan(100)
    const answers = await Promise.all(Array.from({ length: left + 40 }, (_, index) => call(index)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(left)
    expect(statuses.filter((status) => status === 429)).toHaveLength(40)
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(/^3\d{3}$/)
  })
})
