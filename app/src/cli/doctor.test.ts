import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Diagnosis } from '../compose/doctor/index.ts'
import { checkClock, checkMachine, checkNode } from '../compose/doctor/machine.ts'
import { appDatabase } from '../platform/database/testing.ts'
import { main } from './main.ts'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-doctor-'))
  database = await appDatabase()
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('SECRET_KEY', '0123456789abcdef'.repeat(4))
  vi.stubEnv('FACTOTUM_HOME', join(folder, 'home'))
  vi.stubEnv('PORT', '0')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await database.drop()
  await rm(folder, { recursive: true })
})

async function run(...words: string[]): Promise<{ status: number; out: string }> {
  let out = ''
  const log = vi.spyOn(console, 'log').mockImplementation((line) => {
    out += `${line}\n`
  })
  try {
    const status = await main(words)
    return { status, out }
  } finally {
    log.mockRestore()
  }
}

/** What the doctor says with these variables, by name. */
async function doctor(env: Record<string, string> = {}) {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const)
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const { status, out } = await run('doctor', '--json')
  for (const [name, value] of before) vi.stubEnv(name, value)
  const { ok, checks }: { ok: boolean; checks: Diagnosis[] } = JSON.parse(out)
  expect(status).toBe(ok ? 0 : 1)
  return new Map(checks.map((check) => [check.name, check]))
}

describe('factotum doctor', () => {
  it('looks at everything there is, and says how it is', async () => {
    const found = await doctor()
    expect([...found.keys()]).toEqual([
      'settings',
      'program',
      'Node.js',
      'machine',
      'home',
      'disk',
      'database',
      'schema',
      'clock',
      'port',
    ])
    expect([...found.values()].filter(({ state }) => state === 'bad')).toEqual([])
    expect(found.get('database')?.message).toMatch(/^PostgreSQL \d+.* answered in \d+ ms\.$/)
    const { out } = await run('doctor')
    expect(out).toMatch(/^ok {4}schema {4}It is that of this program\.$/m)
    expect(out).toContain('Nothing is bad.')
  })

  it('says what to do about a database that is away, without its password', async () => {
    const away = (await doctor({ DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/x' })).get('database')
    expect(away).toMatchObject({ state: 'bad', advice: expect.stringContaining('See that the server runs') })
    expect(JSON.stringify(away)).not.toContain('secret')
  })

  it('tells a schema that is newer than the program', async () => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query("insert into factotum.migration (name) values ('9999_future')")
    const found = (await doctor()).get('schema')
    await client.query("delete from factotum.migration where name = '9999_future'")
    await client.end()
    expect(found).toMatchObject({ state: 'bad', message: expect.stringContaining('9999_future') })
  })

  it('tells a port that another program has', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const found = (await doctor({ PORT: String(port) })).get('port')
    other.close()
    expect(found).toMatchObject({ state: 'bad', message: `127.0.0.1:${port} is used by another program.` })
  })

  it('tells a home that is none, and settings that are wrong', async () => {
    await writeFile(join(folder, 'file'), '')
    const found = await doctor({ FACTOTUM_HOME: join(folder, 'file') })
    expect(found.get('home')).toMatchObject({
      state: 'bad',
      advice: expect.stringContaining('FACTOTUM_HOME'),
    })
    expect([...found.keys()]).not.toContain('database')
    const wrong = await doctor({ PORT: 'many' })
    expect([...wrong.values()]).toMatchObject([{ name: 'settings', state: 'bad' }])
  })

  it.each([
    [0, 'ok'],
    [2_500, 'warning'],
    [-2_500, 'warning'],
    [-60_000, 'bad'],
  ])('calls a clock that is %d ms ahead %s', (ahead, state) => {
    expect(checkClock({ ahead, within: 10 }).state).toBe(state)
  })

  it('doubts a clock only as far as it can see', () => {
    expect(checkClock({ ahead: 5_000, within: 4_000 }).state).toBe('ok')
  })

  it('knows old versions and small machines', () => {
    expect(checkNode('18.20.0').state).toBe('bad')
    expect(checkNode('20.18.9').state).toBe('bad')
    expect(checkNode('20.19.0').state).toBe('ok')
    expect(checkMachine(5e8).state).toBe('warning')
  })
})

describe('factotum maintenance', () => {
  it('is begun and ended once', async () => {
    expect((await run('maintenance', 'on')).out).toBe(
      'Maintenance is on, in every process within 2 seconds.\n',
    )
    expect((await run('maintenance', 'on')).out).toBe('Maintenance is on already.\n')
    expect((await run('maintenance', 'off')).out).toBe(
      'Maintenance is off, in every process within 2 seconds.\n',
    )
  })

  it('is the environment’s where that says so', async () => {
    vi.stubEnv('MAINTENANCE', 'true')
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect((await run('maintenance', 'off')).status).toBe(1)
    expect(error.mock.calls.join()).toContain('MAINTENANCE is set by the environment of the program')
    error.mockRestore()
  })
})
