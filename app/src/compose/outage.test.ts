import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobManager } from '@factotum/jobs'
import { type Postgres, startPostgres } from '@factotum/postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signedIn } from '../platform/accounts/testing/signed-in.ts'
import { readConfig } from '../platform/config/index.ts'
import { type Program, startProgram } from './program.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

let folder: string
let server: Postgres
let program: Program
let headers: Record<string, string>
/** Another program on the same database. */
let elsewhere: JobManager

/** The whole program on a server of its own, which may be stopped and started. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-outage-'))
  server = await startPostgres({ folder: join(folder, 'postgres'), dieWithParent: true, settings })
  const features = join(folder, 'features')
  await mkdir(join(features, 'greetings'), { recursive: true })
  await writeFile(join(features, 'package.json'), '{ "type": "module" }')
  const job = `export default ({ jobs }) => ({ greet: jobs.job('greet', async (name) => 'Hello, ' + name) })`
  await writeFile(join(features, 'greetings', 'jobs.js'), job)
  program = await startProgram({
    config: readConfig({
      FACTOTUM_HOME: join(folder, 'home'),
      DATABASE_URL: server.url,
      SECRET_KEY: '0123456789abcdef'.repeat(4),
      PORT: '0',
      LOG_LEVEL: 'silent',
      HOURLY_LIMIT: '1000000',
      DAILY_LIMIT: '1000000',
    }),
    name: 'test',
    roles: { web: true, worker: {}, scheduler: true },
    featureFolders: [features],
  })
  elsewhere = new JobManager({ connectionString: server.url, migrate: false })
  headers = (await signedIn(program.context, 'admin')).headers
})
afterAll(async () => {
  await elsewhere?.close()
  await program?.stop()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function ask(path: string, accept = 'application/json'): Promise<{ status: number; text: string }> {
  const answer = await fetch(new URL(path, program.url ?? ''), {
    headers: { ...headers, accept },
    redirect: 'manual',
  })
  return { status: answer.status, text: await answer.text() }
}
const json = async (path: string) => JSON.parse((await ask(path)).text)
const page = (path: string) => ask(path, 'text/html')
const greet = async (name: string) => (await handle().delay(name)).result()
let greetings: ReturnType<typeof define> | undefined
const define = () => elsewhere.define<[string], string>('greet')
const handle = () => (greetings ??= define())
const inTime = { timeout: 60_000, interval: 100 }

describe('While the database is down', () => {
  it('nothing is wrong before', async () => {
    expect(await json('/status')).toEqual({ db: { ready: true, message: 'The database answers.' } })
    await expect.poll(async () => (await ask('/status/healthcheck.json')).status, inTime).toBe(200)
    expect((await page('/jobs')).status).toBe(200)
    expect(await greet('Ada')).toBe('Hello, Ada')
  })

  it('the status answers and says so, and pages say so kindly', async () => {
    await server.stop()
    await expect
      .poll(() => json('/status'), inTime)
      .toEqual({ db: { ready: false, message: "The database can't be reached." } })
    const health = await ask('/status/healthcheck.json')
    expect(health.status).toBe(503)
    expect(JSON.parse(health.text)).toMatchObject({
      status: 'failing',
      checks: {
        database: { state: 'failing', message: "The database can't be reached." },
        queue: { state: 'failing' },
        disk: { state: 'ok' },
        storage: { state: 'ok' },
        mail: { state: 'absent' },
      },
    })
    expect((await ask('/health')).status).toBe(503)
    const status = await page('/status')
    expect(status.status).toBe(200)
    expect(status.text).toContain('Not all is well: Database, Jobs.')
    for (const path of ['/jobs', '/', '/settings', '/nowhere']) {
      const shown = await page(path)
      expect([path, shown.status]).toEqual([path, path === '/nowhere' ? 404 : 503])
      if (shown.status === 503) expect(shown.text).toContain("The database can't be reached.")
    }
    const call = await ask('/jobs')
    expect([call.status, JSON.parse(call.text).error]).toEqual([503, 'database_away'])
  })

  it('nothing is lost: all is well again by itself once it is back', async () => {
    const { port } = server
    server = await startPostgres({ folder: join(folder, 'postgres'), port, dieWithParent: true, settings })
    await expect.poll(async () => (await json('/status')).db.ready, inTime).toBe(true)
    expect((await page('/jobs')).status).toBe(200)
    expect(await greet('Bob')).toBe('Hello, Bob')
    await expect.poll(async () => (await ask('/status/healthcheck.json')).status, inTime).toBe(200)
  })
})
