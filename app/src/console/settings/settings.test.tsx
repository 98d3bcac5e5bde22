import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderToString } from 'preact-render-to-string'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { as } from '../../platform/accounts/testing.ts'
import { createSettings } from '../../platform/settings/create.ts'
import { ownSettings } from '../../platform/settings/index.ts'
import { PersonProvider } from '../person.ts'
import { type TestConsole, testConsole } from '../testing.ts'
import { SettingsForm } from './settings-form.tsx'

let test: TestConsole
beforeAll(async () => {
  test = await testConsole()
  await test.context.settings.start()
})
afterAll(async () => {
  await test.context.settings.stop()
  await test.close()
})
afterEach(async () => {
  const defaults = Object.values(ownSettings).map(({ configName, default: value }) => ({ configName, value }))
  await test.context.settings.change(defaults, { accountId: null })
})

const program = { host: 'localhost', accept: 'application/json' }
const browser = { host: 'localhost', accept: 'text/html' }
const get = (headers: Record<string, string>) => test.app.inject({ url: '/settings', headers })

async function post(payload: string | object, headers: Record<string, string> = program) {
  return test.app.inject({ method: 'POST', url: '/settings', headers, payload })
}

/** The page's form, as a browser would send it. */
class Form {
  readonly #html: string
  readonly fields: Map<string, string>

  constructor(html: string) {
    this.#html = html
    const inputs = [...html.matchAll(/<input [^>]*name="([\w.]+)"[^>]* value="([^"]*)"/g)]
    this.fields = new Map(inputs.map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]))
    for (const [, name = '', text = ''] of html.matchAll(/<textarea [^>]*name="(\w+)"[^>]*>([^<]*)</g))
      this.fields.set(name, text)
  }

  /** What stands beside a field. */
  error(name: string): string | undefined {
    return new RegExp(`id="${name}-error">([^<]+)`).exec(this.#html)?.[1]?.replaceAll('&quot;', '"')
  }

  async send(typed: Record<string, string>) {
    const fields = new URLSearchParams({ ...Object.fromEntries(this.fields), ...typed })
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return post(fields.toString(), { ...browser, ...type })
  }
}

const open = async () => new Form((await get(browser)).body)
const now = (configName: string) =>
  test.context.settings.all().find(({ setting }) => setting.configName === configName)?.value

describe('GET and POST /settings', () => {
  it('list every setting for programs, which may send the list back', async () => {
    const list = (await get(program)).json()
    expect(list).toContainEqual({
      id: 'hourly-limit',
      name: 'Calls an hour',
      config_name: 'HOURLY_LIMIT',
      description: ownSettings.hourlyLimit.description,
      type: 'number',
      value: 240,
    })
    const types = Object.fromEntries(
      list.map(({ config_name, type }: Record<string, string>) => [config_name, type]),
    )
    expect(types).toMatchObject({ CACHE_TYPE: 'string', OUTPUT_ROOTS: 'list' })
    expect(list.find(({ id }: { id: string }) => id === 'cache-type').choices).toContain('RedisCache')
    const answer = await post(list)
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'success', redirect: '/settings' }])
  })

  it('set values of each type, and tell who did it', async () => {
    const values = { HOURLY_LIMIT: 300, ORGANISATION_NAME: 'Harbour', OUTPUT_ROOTS: ['/srv/a', '/srv/b'] }
    const sent = Object.entries(values).map(([config_name, value]) => ({ config_name, value }))
    expect((await post(sent)).statusCode).toBe(200)
    expect(sent.map(({ config_name }) => now(config_name))).toEqual(Object.values(values))
    const { events } = await test.context.events.readSubject({ kind: 'setting', id: 'HOURLY_LIMIT' })
    expect(events.at(-1)).toMatchObject({ createdBy: 'a-admin', context: { before: 240, after: 300 } })
  })

  it('save nothing where one is wrong, and say of each what is', async () => {
    const answer = await post([
      { config_name: 'ORGANISATION_NAME', value: 'Harbour' },
      { config_name: 'HOURLY_LIMIT', value: 'many' },
      { config_name: 'GREETING', value: 'Hello' },
    ])
    expect(answer.statusCode).toBe(422)
    const { error, message, details } = answer.json()
    expect(error).toBe('settings_invalid')
    expect(message).toContain('Nothing was saved.')
    expect(details).toEqual([
      { field: 'HOURLY_LIMIT', message: expect.stringContaining('must be a whole number from 1') },
      { field: 'GREETING', message: expect.stringContaining('is no setting; there are ORGANISATION_NAME') },
    ])
    expect(now('ORGANISATION_NAME')).toBe('')
  })

  it.each([[{}], [[]], [[{ value: 1 }]], [[{ config_name: 'HOURLY_LIMIT' }]]])('refuse %j', async (body) => {
    expect((await post(body)).statusCode).toBe(422)
  })

  it('refuse a cache whose options are missing, with what to write, and take an old name', async () => {
    const answer = await post([{ config_name: 'CACHE_TYPE', value: 'redis' }])
    expect([answer.statusCode, answer.json().details]).toEqual([
      422,
      [
        {
          field: 'CACHE_TYPE',
          message: expect.stringMatching(
            /^is RedisCache only with an entry in .*_cache_config.json: write there \{"RedisCache":\{"url":"redis:/,
          ),
        },
      ],
    ])
    expect(now('CACHE_TYPE')).toBe('FileSystemCache')
    expect((await post([{ config_name: 'CACHE_TYPE', value: 'simple' }])).statusCode).toBe(200)
    expect(now('CACHE_TYPE')).toBe('SimpleCache')
  })

  it('are there for who may', async () => {
    const asked = async (role: 'operator' | 'operator_manager', method: 'GET' | 'POST') => {
      const headers = { ...program, ...as({ role }) }
      const payload = [{ config_name: 'HOURLY_LIMIT', value: 5 }]
      const { statusCode } = await test.app.inject({
        method,
        url: '/settings',
        headers,
        ...(method === 'POST' ? { payload } : {}),
      })
      return statusCode
    }
    expect(await asked('operator', 'GET')).toBe(403)
    expect(await asked('operator_manager', 'GET')).toBe(200)
    expect(await asked('operator_manager', 'POST')).toBe(403)
    expect(now('HOURLY_LIMIT')).toBe(240)
  })
})

describe('The page /settings', () => {
  it('saves what was typed, and leaves what was not', async () => {
    const form = await open()
    const answer = await form.send({ OUTPUT_ROOTS: '/srv/a\r\n/srv/b\r\n', CACHE_TYPE: 'NullCache' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/settings?saved'])
    expect([now('OUTPUT_ROOTS'), now('CACHE_TYPE'), now('HOURLY_LIMIT')]).toEqual([
      ['/srv/a', '/srv/b'],
      'NullCache',
      240,
    ])
    expect((await get(browser)).body).toContain('/srv/a\n/srv/b')
  })

  it('says beside the field what is wrong, keeps what was typed, and saves nothing', async () => {
    const answer = await (await open()).send({ TIME_ZONE: 'Mars/Olympus', ORGANISATION_NAME: 'Harbour' })
    expect(answer.statusCode).toBe(422)
    const form = new Form(answer.body)
    expect(form.error('TIME_ZONE')).toBe(
      'This must be the IANA name of a time zone, such as Europe/London or UTC, not "Mars/Olympus".',
    )
    expect([form.fields.get('TIME_ZONE'), form.fields.get('ORGANISATION_NAME')]).toEqual([
      'Mars/Olympus',
      'Harbour',
    ])
    expect(now('ORGANISATION_NAME')).toBe('')
    expect((await form.send({ TIME_ZONE: 'Europe/London' })).statusCode).toBe(303)
    expect([now('TIME_ZONE'), now('ORGANISATION_NAME')]).toEqual(['Europe/London', 'Harbour'])
  })

  it('tells the second of two people what the first one saved, and keeps what they typed', async () => {
    const [ada, bob] = [await open(), await open()]
    await ada.send({ HOURLY_LIMIT: '300', DAILY_LIMIT: '3000' })
    const answer = await bob.send({ HOURLY_LIMIT: '500', ORGANISATION_NAME: 'Harbour' })
    expect(answer.statusCode).toBe(409)
    const again = new Form(answer.body)
    expect(again.error('HOURLY_LIMIT')).toContain('Somebody else set this to "300" meanwhile.')
    expect([now('HOURLY_LIMIT'), now('ORGANISATION_NAME')]).toEqual([300, ''])
    // What Bob didn't touch is shown as it is by now: sending it again takes nothing of Ada's back.
    expect([again.fields.get('HOURLY_LIMIT'), again.fields.get('DAILY_LIMIT')]).toEqual(['500', '3000'])
    expect((await again.send({})).statusCode).toBe(303)
    expect([now('HOURLY_LIMIT'), now('DAILY_LIMIT'), now('ORGANISATION_NAME')]).toEqual([
      500,
      3000,
      'Harbour',
    ])
  })

  it('lets two people save different fields', async () => {
    const [ada, bob] = [await open(), await open()]
    expect((await ada.send({ HOURLY_LIMIT: '300' })).statusCode).toBe(303)
    expect((await bob.send({ DAILY_LIMIT: '3000' })).statusCode).toBe(303)
    expect([now('HOURLY_LIMIT'), now('DAILY_LIMIT')]).toEqual([300, 3000])
  })

  it('shows what the cache is worth', async () => {
    const { cache } = test.context
    const { hits, kept } = cache.figures()
    await cache.set('key', 'text', { lifetime: 60_000 })
    await cache.get('key')
    const figure = (label: string, text: string) => new RegExp(`<dt>${label}</dt><dd>${text}`)
    const { body } = await get(browser)
    expect(body).toMatch(figure('In force', 'FileSystemCache'))
    expect(body).toMatch(figure('Found', `${hits + 1} · \\d+ %`))
    expect(body).toMatch(figure('Kept', String(kept + 1)))
  })

  it('has no fields for who may only read', async () => {
    const { body } = await get({ ...browser, ...as({ role: 'operator_manager' }) })
    expect(body).toContain('Calls an hour')
    expect(body).not.toContain('Save settings')
    expect(body).not.toContain('name="HOURLY_LIMIT"')
  })

  it('shows what the environment fixes, and no field for it', () => {
    const environment = { DAILY_LIMIT: '77' }
    const states = createSettings({ ...test.context, config: { home: '', environment } }).all()
    const html = renderToString(
      <PersonProvider value={{ zone: 'UTC', locale: 'en', may: () => true, formToken: null }}>
        <SettingsForm states={states} problems={[]} />
      </PersonProvider>,
    )
    expect(html).toMatch(
      /Calls a day<\/p>.*>77<.*Locked: the environment of the program sets <code>DAILY_LIMIT/,
    )
    expect(html).not.toContain('name="DAILY_LIMIT"')
    expect(html).toContain('name="HOURLY_LIMIT"')
  })

  it('says which file is not in force, and why, until it is mended', async () => {
    const path = join(test.context.config.home, 'user-config.json')
    const shown = async () => (await get(browser)).body
    const inTime = { timeout: 30_000, interval: 100 }
    await writeFile(path, '[{"config_name": "HOURLY_LIMIT", ')
    await expect.poll(shown, inTime).toContain('is not in force')
    expect(await shown()).toContain('It is no JSON')
    await writeFile(path, JSON.stringify([{ config_name: 'HOURLY_LIMIT', value: 0 }]))
    await expect.poll(shown, inTime).toContain('HOURLY_LIMIT must be a whole number from 1')
    expect(now('HOURLY_LIMIT')).toBe(240)
    await writeFile(path, JSON.stringify([{ config_name: 'HOURLY_LIMIT', value: 77 }]))
    await expect.poll(() => now('HOURLY_LIMIT'), inTime).toBe(77)
    await expect.poll(shown, inTime).not.toContain('is not in force')
  })
})
