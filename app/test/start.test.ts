import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type RunningProgram, SECRET_KEY, startProgram, temporaryHome } from './program.ts'
import { followLink, type Session } from './sign-in.ts'

const bin = fileURLToPath(new URL('../bin/factotum.js', import.meta.url))

// A start takes a second or two; on a machine that does much else, many.
vi.setConfig({ testTimeout: 120_000 })

/** Each test's own folder: the home stands in it, and the program is started from it. */
let folder: string
let home: string
const running: RunningProgram[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-start-'))
  home = join(folder, 'home')
  await files({ 'features/package.json': '{ "type": "module" }' })
})
afterEach(async () => {
  for (const program of running.splice(0)) await program.stop()
  await rm(folder, { recursive: true })
})

/** Starts the program on this test's home; stopped at the end, if it still runs. */
async function start(command = ['start'], env: Record<string, string> = {}): Promise<RunningProgram> {
  const program = await startProgram(command, { FACTOTUM_HOME: home, ...env })
  running.push(program)
  return program
}

/** Runs a command that ends by itself, from this test's folder. */
async function run(command: string[], env: Record<string, string> = {}, input?: string) {
  const child = spawn(process.execPath, [bin, ...command], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      PORT: '0',
      FACTOTUM_HOME: home,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input ?? '')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null) await once(child, 'exit')
  return { status: child.exitCode, out, err }
}

async function files(contents: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

async function json(url: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = JSON.parse(await (await fetch(url, init)).text())
  return body
}

/** The feature of docs/guide/your-own-feature.md, as it stands there. */
async function guideFeature(): Promise<string> {
  const page = await readFile(new URL('../../docs/guide/your-own-feature.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/^## (\S+\.tsx?)\n\n```tsx?\n([\s\S]*?)```/gm)]
  expect(blocks).toHaveLength(5)
  await files(Object.fromEntries(blocks.map(([, name, code = '']) => [`features/greetings/${name}`, code])))
  return join(folder, 'features')
}

const slowRoutes = `
  import { guard } from 'factotum'
  import makeJobs from './jobs.ts'
  export default (app, context) => {
    const open = { config: { guard: guard.public } }
    app.get('/slow', open, async () => {
      context.log.info('the slow request has come')
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      return 'answered in the end'
    })
    app.post('/slow-job', open, async () => ({ job_id: (await makeJobs(context).slow.delay()).id }))
  }
`

/** A job that doesn't listen to its signal, and hangs where it runs for the first time. */
const slowJobs = `
  import { existsSync, writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  import { defineJobs } from 'factotum'
  export default defineJobs(({ jobs, config }) => ({
    slow: jobs.job('slow', async () => {
      const mark = join(config.home, 'begun')
      if (existsSync(mark)) return 'the second time'
      writeFileSync(mark, '')
      await new Promise((resolve) => setTimeout(resolve, 600_000))
    }),
  }))
`

describe('a first start', () => {
  let program: RunningProgram
  let place: { path: string; remove(): Promise<void> }
  let signedIn: Session
  const onIt = (...command: string[]) => run(command, { FACTOTUM_HOME: place.path })
  beforeAll(async () => {
    place = await temporaryHome()
    program = await startProgram(['start'], { FACTOTUM_HOME: place.path })
    signedIn = await followLink(await program.firstLink())
  })
  afterAll(async () => {
    await program.stop()
    await place.remove()
  })

  it('makes all it needs in an empty folder, prints its link, serves, and describes every call', async () => {
    const { url, output } = program
    expect(output()).toContain(`Factotum is ready at ${url}/ (its data is in ${place.path})`)
    const health = await fetch(`${url}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    const page = (headers = {}) =>
      fetch(url, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' })
    const nobody = await page()
    expect([nobody.status, nobody.headers.get('location')]).toEqual([303, '/signin?next=%2F'])
    expect((await page(signedIn)).status).toBe(200)
    expect((await readdir(place.path)).sort()).toEqual([
      '.user-config.mirror.json',
      'logs',
      'postgres',
      'running.json',
      'secret-key',
      'storage',
      'user-config.json',
    ])

    const made = await onIt('keys', 'create', '--name', 'Tests', '--scope', 'all')
    expect([made.status, made.err]).toEqual([0, ''])
    const headers = { 'x-api-key': made.out.trim().split(' ').at(-1) ?? '' }
    expect(await json(`${url}/auth/me`, { headers })).toMatchObject({
      name: 'Tests',
      role: 'admin',
      service: true,
      via: 'key',
      scopes: ['all'],
    })

    const bob = { email: 'bob@example.org', name: 'Bob', role: 'operator' }
    const invite = { 'content-type': 'application/json', ...headers }
    await json(`${url}/people`, { method: 'POST', headers: invite, body: JSON.stringify(bob) })
    const printed = await onIt('accounts', 'link', bob.email)
    expect([printed.status, printed.err]).toEqual([0, ''])
    const link = printed.out.trim()
    expect(link.startsWith(`${url}/signin/link?token=`)).toBe(true)
    expect(await json(`${url}/auth/me`, { headers: await followLink(link) })).toMatchObject({
      ...bob,
      service: false,
      via: 'session',
    })
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(410)

    // Every call says what it does, and under what heading.
    const { paths } = await json(`${url}/docs/json`)
    const calls = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, call]) => ({ name: `${method} ${path}`, call })),
    )
    expect(calls.length).toBeGreaterThan(5)
    expect(calls.filter(({ call }) => !hasSummaryAndTags(call)).map(({ name }) => name)).toEqual([])
  })

  it('is found by a second one on its home, which says where', async () => {
    const { status, out } = await onIt('start')
    expect(out).toBe(
      `Factotum runs already at ${program.url}/ (process ${program.pid}, its data is in ${place.path})\n`,
    )
    expect(status).toBe(0)
    expect((await fetch(`${program.url}/health`)).status).toBe(200)
  })

  it('ends on SIGTERM with status 0, open streams included, and leaves no process', async () => {
    const stream = await fetch(`${program.url}/live/events`, { headers: signedIn })
    expect(stream.status).toBe(200)
    expect(await program.stop()).toBe(0)
    await stream.text().catch(() => {})
    expect(await readdir(place.path)).not.toContain('running.json')
    expect(await processesIn(place.path)).toEqual([])
  })
})

describe('factotum start', () => {
  it('twice at the same moment gives one that runs, and one that found it', async () => {
    const port = await freePort()
    const both = await Promise.all([startOrFind(port), startOrFind(port)])
    const outputs = both.map(({ output }) => output())
    expect(outputs.filter((output) => output.includes('is ready at'))).toHaveLength(1)
    expect(outputs.filter((output) => output.includes('runs already at'))).toHaveLength(1)
    for (const { stop } of both) expect(await stop()).toBe(0)
  })

  it('told to stop lets open requests end, takes no new one, and hands a job back that takes too long', async () => {
    await files({ 'features/slow/routes.ts': slowRoutes, 'features/slow/jobs.ts': slowJobs })
    const features = join(folder, 'features')
    const first = await start(['start', '--features', features])
    const { job_id: id } = await json(`${first.url}/slow-job`, { method: 'POST' })
    const headers = await followLink(await first.firstLink())
    await expect
      .poll(() => json(`${first.url}/jobs/${id}/status`, { headers }))
      .toMatchObject({ status: 'started' })
    const open = fetch(`${first.url}/slow`)
    await expect.poll(() => first.output()).toContain('the slow request has come')
    const stopped = first.stop()
    expect(await (await open).text()).toBe('answered in the end')
    await expect(fetch(`${first.url}/health`)).rejects.toThrow()
    expect(await stopped).toBe(0)

    const second = await start(['start', '--features', features])
    await expect
      .poll(() => json(`${second.url}/jobs/${id}/status`, { headers }), { timeout: 25_000 })
      .toMatchObject({ status: 'finished', result: 'the second time' })
  })

  it('comes back after kill -9 with all that it had answered for', async () => {
    const features = await guideFeature()
    const first = await start(['start', '--features', features])
    const headers = await followLink(await first.firstLink())
    const { job_id: id } = await json(`${first.url}/greetings/Ada`, { method: 'POST', headers })
    await first.kill()
    const second = await start(['start', '--features', features])
    await expect
      .poll(() => json(`${second.url}/jobs/${id}/status`, { headers }), { timeout: 25_000 })
      .toMatchObject({
        status: 'finished',
        result: 'Hello, Ada.',
      })
    expect(await second.stop()).toBe(0)
    expect(await processesIn(home)).toEqual([])
  })

  it('outlives its database server', async () => {
    const program = await start(['start', '--features', await guideFeature()])
    const serverPid = async () =>
      Number(
        (await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0],
      )
    const killed = await serverPid()
    process.kill(killed, 'SIGKILL')
    await expect.poll(async () => [0, killed].includes(await serverPid()), { timeout: 20_000 }).toBe(false)
    // It may have been asked for just as the server died.
    const link = await program.firstLink()
    const headers = await vi.waitFor(() => followLink(link), { timeout: 20_000 })
    let id: unknown
    const greet = async () => {
      id = (await json(`${program.url}/greetings/Eve`, { method: 'POST', headers })).job_id
      return id
    }
    await expect.poll(greet, { timeout: 20_000 }).toBeTypeOf('string')
    await expect.poll(async () => (await fetch(`${program.url}/health`)).status).toBe(200)
    await expect
      .poll(() => json(`${program.url}/jobs/${id}/status`, { headers }), { timeout: 20_000 })
      .toMatchObject({ status: 'finished' })
    expect(await program.stop()).toBe(0)
  })

  it('says that its port is taken by another program', async () => {
    const other = createServer((_request, response) => response.end('something else'))
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as AddressInfo
    const { status, err } = await run(['start'], { PORT: String(port) })
    expect(err).toBe(`Port ${port} is used by another program. Stop it, or set PORT to a free port.\n`)
    expect(status).toBe(1)
    other.close()
    expect(await processesIn(home)).toEqual([])
  })

  it('names all wrong settings at once, from the environment and from .env', async () => {
    await files({ '.env': 'LOG_LEVEL=loud\nPORT=7\n' })
    const { status, err } = await run(['start'], { PORT: 'x', HOST: 'http://me', DATABASE_URL: 'mysql://x' })
    expect(err).toMatch(/^5 settings are wrong:/)
    for (const name of [
      'PORT must',
      'HOST must',
      'LOG_LEVEL must',
      'DATABASE_URL must',
      'SECRET_KEY is missing',
    ])
      expect(err).toContain(name)
    expect(status).toBe(1)
  })

  it('says that its home can not be used', async () => {
    await files({ home: 'a file' })
    const { status, err } = await run(['start'])
    expect(err).toMatch(/The folder .*\/home can't be used: .*Set FACTOTUM_HOME to a folder/)
    expect(status).toBe(1)
  })

  it.each([
    ['routes.ts', 'export default () => { throw new Error("no paper") }', 'fails: no paper'],
    ['jobs.ts', 'export default () => { throw new Error("no pen") }', 'fails: no pen'],
    ['console.tsx', 'export default 7', 'exports the wrong thing by default'],
  ])('stops at a feature that can not be used: its %s is %s', async (file, source, reason) => {
    await files({ [`features/letters/${file}`]: source })
    const { status, err } = await run(['start', '--features', 'features'])
    expect(err).toContain(`${folder}/features/letters/${file} ${reason}`)
    expect(status).toBe(1)
    expect(await processesIn(home)).toEqual([])
  })
})

describe('factotum web, worker and scheduler', () => {
  it('share one home as processes of their own', async () => {
    const features = await guideFeature()
    const web = await start(['web', '--features', features])
    await start(['worker', '--features', features, '--concurrency', '2'])
    await start(['scheduler'])
    const headers = await followLink(await web.firstLink())
    const { job_id: id } = await json(`${web.url}/greetings/Bob/`, { method: 'POST', headers })
    await expect
      .poll(() => json(`${web.url}/jobs/${id}/status`, { headers }), { timeout: 15_000 })
      .toMatchObject({ status: 'finished' })
    const last = running.splice(0).map((program) => program.stop())
    expect(await Promise.all(last)).toEqual([0, 0, 0])
    expect(await processesIn(home)).toEqual([])
  })
})

describe('With DATABASE_URL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
  })
  afterAll(() => database.drop())

  it('the program runs on that server, and starts none', async () => {
    const env = { DATABASE_URL: database.url, SECRET_KEY }
    expect((await run(['db', 'upgrade'], env)).out).toMatch(/^Applied: 0001_live, 0002_files/)
    expect((await run(['db', 'upgrade'], env)).out).toBe('The database is up to date.\n')
    const { url, stop } = await start(['web'], env)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(await stop()).toBe(0)
    expect(await readdir(home)).not.toContain('postgres')
  })

  it('has a prompt for JavaScript on it', async () => {
    const script = "console.log('rows', await sql('select 6 * 7 as it'), await jobs.count())\n"
    const { status, out, err } = await run(['shell'], { DATABASE_URL: database.url, SECRET_KEY }, script)
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('rows [ { it: 42 } ]')
  })

  it('a newer schema is refused, with what to do', async () => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query("insert into factotum.migration (name) values ('9999_future')")
    const { status, err } = await run(['start'], { DATABASE_URL: database.url, SECRET_KEY })
    await client.query("delete from factotum.migration where name = '9999_future'")
    await client.end()
    expect(err).toMatch(/newer than this program: it has the migration 9999_future. Start the newer version/)
    expect(status).toBe(1)
  })

  it('a server that is not there is said to be away, without its password', async () => {
    const { status, err } = await run(['start'], {
      DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/x',
      SECRET_KEY,
    })
    expect(err).toMatch(/^The database of DATABASE_URL can't be used: .*ECONNREFUSED/)
    expect(err).not.toContain('secret')
    expect(status).toBe(1)
  })
})

describe('A wrong call', () => {
  it.each([
    [['strat'], 'There is no command "strat". Did you mean "start"?'],
    [['db', 'upgrad'], 'There is no command "db upgrad". Did you mean "db upgrade"?'],
    [['start', '--feature', 'x'], '"factotum start" has no option --feature. Did you mean "--features"?'],
    [
      ['keys', 'create', '--name', 'x'],
      '"factotum keys create" needs a name and scopes, as in --name NAME --scope all.',
    ],
    [['worker', '--concurrency', '0'], '--concurrency takes a whole number from 1 to 1000, not "0".'],
  ])('such as %j gets a sentence and status 2', async (command, sentence) => {
    expect(await run(command)).toEqual({ status: 2, out: '', err: `${sentence}\n` })
  })

  it('is avoided by help, which names every command; docs/reference/cli.md does, too', async () => {
    const { status, out } = await run(['help'])
    expect(status).toBe(0)
    const page = await readFile(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8')
    for (const [, command, summary] of out.matchAll(/^ {2}factotum (\S+(?: \S+){0,2}) {2,}(\S.*)$/gm)) {
      expect(page).toContain(`| \`factotum ${command}\` | `)
      if (command !== 'help') expect(page).toContain(summary)
    }
    for (const [option] of out.matchAll(/--[a-z]+( \S+)? {2,}/g))
      expect(page).toContain(`\`${option.trim()}\``)
  })

  it('is none when one asks for the version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await run(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' })
  })
})

function hasSummaryAndTags(call: unknown): boolean {
  return call !== null && typeof call === 'object' && 'summary' in call && 'tags' in call
}

async function freePort(): Promise<string> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

/** A start that either is ready or finds another one. */
async function startOrFind(port: string) {
  const child = spawn(process.execPath, [bin, 'start'], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: port, FACTOTUM_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  await expect.poll(() => output, { timeout: 60_000, interval: 50 }).toMatch(/is ready at|runs already at/)
  const stop = async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit')
    return child.exitCode
  }
  return { output: () => output, stop }
}

/** Command lines of processes that name a folder: what a program left behind. */
async function processesIn(path: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(path)) found.push(line.replaceAll('\0', ' '))
  }
  return found
}
