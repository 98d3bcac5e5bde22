import { rm, stat } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../config/index.ts'
import { defineSettings, ownSettings, SettingsConflict, SettingsInvalid, setting } from './index.ts'
import { type Office, openOffice } from './testing/office.ts'

vi.setConfig({ testTimeout: 60_000 })

const { hourlyLimit, dailyLimit, organisationName, outputRoots, timeZone } = ownSettings
const ada = { accountId: 'ada' }

let office: Office
beforeEach(async () => {
  office = await openOffice()
}, 60_000)
afterEach(() => office.close())

const inTime = { timeout: 30_000, interval: 50 }

const eventsOf = async (id: string) => (await office.events.readSubject({ kind: 'setting', id })).events

describe('A setting', () => {
  it('is its default, until somebody sets it, unless the environment does', async () => {
    const machine = await office.machine()
    const free = await machine.process()
    const locked = await machine.process({ HOURLY_LIMIT: '77' })
    expect([free.get(hourlyLimit), locked.get(hourlyLimit)]).toEqual([240, 77])
    await free.change([{ configName: 'HOURLY_LIMIT', value: 300 }], ada)
    expect(free.get(hourlyLimit)).toBe(300)
    await locked.change([{ configName: 'DAILY_LIMIT', value: 2_000 }], ada)
    expect(locked.get(hourlyLimit)).toBe(77)
    const sources = locked.all().map(({ setting, source }) => [setting.configName, source])
    expect(Object.fromEntries(sources)).toMatchObject({
      HOURLY_LIMIT: 'environment',
      DAILY_LIMIT: 'database',
      TIME_ZONE: 'default',
    })
  })

  it('that changed is in force in every process of every machine, without a restart', async () => {
    const machines = await Promise.all([office.machine(), office.machine()])
    const processes = await Promise.all(machines.flatMap((machine) => [machine.process(), machine.process()]))
    await processes[0]?.change([{ configName: 'ORGANISATION_NAME', value: 'Harbour' }], ada)
    for (const process of processes) {
      await expect.poll(() => process.get(organisationName), inTime).toBe('Harbour')
    }
    for (const machine of machines) {
      const named = async () => (await machine.list()).find((one) => one.id === 'organisation-name')?.value
      await expect.poll(named, inTime).toBe('Harbour')
    }
  })

  it('that changed is an event with who, before and after; one that stays is none', async () => {
    const process = await (await office.machine()).process()
    const changes = [
      { configName: 'HOURLY_LIMIT', value: 300 },
      { configName: 'DAILY_LIMIT', value: 1_000 },
    ]
    const changed = await process.change(changes, { ...ada, correlationId: 'r-1' })
    expect(changed).toEqual([hourlyLimit])
    expect(await eventsOf('DAILY_LIMIT')).toEqual([])
    expect(await eventsOf('HOURLY_LIMIT')).toMatchObject([
      {
        key: 'setting',
        code: 'CHANGED',
        createdBy: 'ada',
        context: { before: 240, after: 300 },
        correlationId: 'r-1',
      },
    ])
  })

  it('is read from text as well as from what it is', async () => {
    const process = await (await office.machine()).process()
    await process.change(
      [
        { configName: 'HOURLY_LIMIT', value: ' 12 ' },
        { configName: 'OUTPUT_ROOTS', value: '/srv/a/, /srv/b, /srv/a' },
      ],
      ada,
    )
    expect([process.get(hourlyLimit), process.get(outputRoots)]).toEqual([12, ['/srv/a', '/srv/b']])
  })
})

describe('A wrong value', () => {
  it('is refused with a reason for each setting, and nothing is saved', async () => {
    const process = await (await office.machine()).process({ DAILY_LIMIT: '5' })
    const refused = await process
      .change(
        [
          { configName: 'ORGANISATION_NAME', value: 'Harbour' },
          { configName: 'HOURLY_LIMIT', value: 0 },
          { configName: 'TIME_ZONE', value: 'Mars' },
          { configName: 'CACHE_TYPE', value: 'Drawer' },
          { configName: 'DAILY_LIMIT', value: 6 },
          { configName: 'OUTPUT_ROOTS', value: ['letters'] },
          { configName: 'HOURLY_LIMITS', value: 1 },
        ],
        ada,
      )
      .catch((error: unknown) => error)
    if (!(refused instanceof SettingsInvalid)) throw new Error('It was accepted.')
    expect(refused.wrong.map(({ configName }) => configName)).toEqual([
      'HOURLY_LIMIT',
      'TIME_ZONE',
      'CACHE_TYPE',
      'DAILY_LIMIT',
      'OUTPUT_ROOTS',
      'HOURLY_LIMITS',
    ])
    expect(refused.message).toContain('HOURLY_LIMIT must be a whole number from 1 to 1000000000, not 0.')
    expect(refused.message).toContain('DAILY_LIMIT is set by the environment of the program')
    expect(process.get(organisationName)).toBe('')
    expect(await eventsOf('ORGANISATION_NAME')).toEqual([])
  })

  it('of the environment stops the start of a feature, with all that are wrong', async () => {
    const process = await (await office.machine()).process({ GREETING: 'loud', TIMES: 'x' })
    const mine = defineSettings({
      greeting: setting.choice('GREETING', {
        name: 'Greeting',
        description: 'How to greet.',
        section: 'Greetings',
        default: 'hello',
        choices: ['hello', 'good day'],
      }),
      times: setting.number('TIMES', {
        name: 'Times',
        description: 'How often.',
        section: 'Greetings',
        default: 1,
        rules: { least: 1, most: 3 },
      }),
    })
    expect(() => process.add(Object.values(mine))).toThrow(ConfigError)
    expect(() => process.add(Object.values(mine))).toThrow(/already/)
  })
})

describe('Two people', () => {
  it('who save different settings at once have both saved', async () => {
    const machine = await office.machine()
    const [one, other] = [await machine.process(), await machine.process()]
    const name = { configName: 'ORGANISATION_NAME', value: 'Harbour', seen: '' }
    const limit = { configName: 'HOURLY_LIMIT', value: 300, seen: 240 }
    // Each form carries the other field as it was.
    await Promise.all([
      one.change([name, { ...limit, value: 240 }], ada),
      other.change([limit, { ...name, value: '' }], { accountId: 'ben' }),
    ])
    for (const process of [one, other]) {
      await expect.poll(() => process.get(organisationName), inTime).toBe('Harbour')
      await expect.poll(() => process.get(hourlyLimit), inTime).toBe(300)
    }
  })

  it('who save one setting at once: the second is told, and saves nothing', async () => {
    const machine = await office.machine()
    const [one, other] = [await machine.process(), await machine.process()]
    const both = await Promise.allSettled([
      one.change([{ configName: 'HOURLY_LIMIT', value: 300, seen: 240 }], ada),
      other.change(
        [
          { configName: 'HOURLY_LIMIT', value: 400, seen: 240 },
          { configName: 'ORGANISATION_NAME', value: 'Harbour', seen: '' },
        ],
        { accountId: 'ben' },
      ),
    ])
    const refused = both.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(refused).toHaveLength(1)
    expect(refused[0]).toBeInstanceOf(SettingsConflict)
    const won = both[0]?.status === 'fulfilled'
    await expect.poll(() => one.get(hourlyLimit), inTime).toBe(won ? 300 : 400)
    expect(refused[0]).toMatchObject({ status: 409, conflicts: [{ now: won ? 300 : 400 }] })
    expect(one.get(organisationName)).toBe(won ? '' : 'Harbour')
    expect(await eventsOf('HOURLY_LIMIT')).toHaveLength(1)
  })
})

describe('user-config.json', () => {
  it('is the array of all settings, and rests while nothing changes', async () => {
    const machine = await office.machine()
    const processes = [await machine.process(), await machine.process({ HOURLY_LIMIT: '7' })]
    const [first] = await machine.list()
    expect(first).toEqual({
      id: 'organisation-name',
      name: 'Name of the organisation',
      config_name: 'ORGANISATION_NAME',
      description: 'Stands in letters and messages; empty leaves it out.',
      type: 'string',
      value: '',
    })
    await processes[0]?.change([{ configName: 'ORGANISATION_NAME', value: 'Harbour' }], ada)
    await expect.poll(async () => (await machine.list())[0]?.value, inTime).toBe('Harbour')
    const written = await stat(machine.path)
    // A third process, another environment, and looks of all of them.
    const third = await machine.process({ DAILY_LIMIT: '9' })
    await third.change([{ configName: 'ORGANISATION_NAME', value: 'Harbour' }], ada)
    await (await machine.process()).stop()
    expect((await stat(machine.path)).mtimeMs).toBe(written.mtimeMs)
    expect(await eventsOf('HOURLY_LIMIT')).toEqual([])
    expect(await eventsOf('ORGANISATION_NAME')).toHaveLength(1)
  })

  it('edited by hand counts as saved, once, in every process', async () => {
    const [machine, other] = [await office.machine(), await office.machine()]
    const processes = [await machine.process(), await machine.process(), await other.process()]
    await machine.edit('HOURLY_LIMIT', 99)
    for (const process of processes) await expect.poll(() => process.get(hourlyLimit), inTime).toBe(99)
    const limit = async () => (await other.list()).find((one) => one.config_name === 'HOURLY_LIMIT')?.value
    await expect.poll(limit, inTime).toBe(99)
    expect(await eventsOf('HOURLY_LIMIT')).toMatchObject([
      { createdBy: null, context: { before: 240, after: 99, file: machine.path } },
    ])
  })

  it('edited just after it was looked at counts with the next look', async () => {
    const machine = await office.machine()
    await (await machine.process()).stop()
    let edited = false
    const process = await machine.process({}, async () => {
      if (!edited) await machine.edit('HOURLY_LIMIT', 99)
      edited = true
    })
    await expect.poll(() => process.get(hourlyLimit), inTime).toBe(99)
  })

  it('edited while the program was not running counts at its start', async () => {
    const machine = await office.machine()
    await (await machine.process()).stop()
    await machine.edit('TIME_ZONE', 'Europe/London')
    expect((await machine.process()).get(timeZone)).toBe('Europe/London')
  })

  it('edited in one place takes back nothing of what was saved meanwhile in another', async () => {
    const machine = await office.machine()
    await (await machine.process()).stop()
    const elsewhere = await (await office.machine()).process()
    await elsewhere.change([{ configName: 'DAILY_LIMIT', value: 5_000 }], ada)
    await machine.edit('HOURLY_LIMIT', 99)
    const process = await machine.process()
    expect([process.get(hourlyLimit), process.get(dailyLimit)]).toEqual([99, 5_000])
    expect((await machine.list()).find((one) => one.config_name === 'DAILY_LIMIT')?.value).toBe(5_000)
  })

  it('brought along to a machine sets what nobody has set, and takes nothing back', async () => {
    const elsewhere = await (await office.machine()).process()
    await elsewhere.change([{ configName: 'DAILY_LIMIT', value: 5_000 }], ada)
    const machine = await office.machine()
    await machine.save(
      JSON.stringify([
        { config_name: 'DAILY_LIMIT', value: 1 },
        { config_name: 'HOURLY_LIMIT', value: 2 },
      ]),
    )
    const process = await machine.process()
    expect([process.get(hourlyLimit), process.get(dailyLimit)]).toEqual([2, 5_000])
    expect(await machine.list()).toHaveLength(Object.keys(ownSettings).length)
  })

  it.each([
    ['that is no JSON', '[{"config_name": "HOURLY_LIMIT", "value": 9', /It is no JSON/],
    [
      'with a wrong value',
      '[{"config_name":"HOURLY_LIMIT","value":-1},{"config_name":"DAILY_LIMIT","value":7}]',
      /HOURLY_LIMIT must be a whole number/,
    ],
    ['that is no array', '{}', /must be an array/],
    [
      'with an entry that says nothing',
      '[{"config_name":"HOURLY_LIMIT"}]',
      /entry 1 needs a config_name and a value/,
    ],
  ])('%s is told, the last good values stay, and mended it is in force', async (_what, text, problem) => {
    const machine = await office.machine()
    const [process, other] = [await machine.process(), await (await office.machine()).process()]
    await process.change([{ configName: 'HOURLY_LIMIT', value: 300 }], ada)
    await machine.save(text)
    // Also on a page that another machine serves.
    await expect
      .poll(() => other.problems(), inTime)
      .toMatchObject([{ path: machine.path, problem: expect.stringMatching(problem) }])
    expect(office.warnings.filter((line) => problem.test(line))).toHaveLength(1)
    expect([process.get(hourlyLimit), process.get(dailyLimit)]).toEqual([300, 1_000])
    expect(await machine.text()).toBe(text)
    await machine.save('[{"config_name":"HOURLY_LIMIT","value":301}]')
    await expect.poll(() => process.get(hourlyLimit), inTime).toBe(301)
    await expect.poll(() => other.problems(), inTime).toEqual([])
    expect(process.get(dailyLimit)).toBe(1_000)
    await expect.poll(async () => (await machine.list()).length, inTime).toBe(Object.keys(ownSettings).length)
  })

  it('that was removed is written again', async () => {
    const machine = await office.machine()
    const process = await machine.process()
    await process.change([{ configName: 'HOURLY_LIMIT', value: 300 }], ada)
    await process.stop()
    await rm(machine.path)
    await machine.process()
    expect((await machine.list()).find((one) => one.config_name === 'HOURLY_LIMIT')?.value).toBe(300)
  })
})
