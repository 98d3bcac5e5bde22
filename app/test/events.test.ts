import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Program, startProgram } from '../src/compose/index.ts'
import { readConfig } from '../src/platform/config/index.ts'
import { appDatabase } from '../src/platform/database/testing.ts'
import { readLog } from '../src/platform/logging/read.ts'
import { SECRET_KEY } from './program.ts'

const bin = fileURLToPath(new URL('../bin/factotum.js', import.meta.url))
vi.setConfig({ testTimeout: 120_000 })

let test: TestDatabase
let home: string
let program: Program
let env: Record<string, string>
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-events-'))
  test = await appDatabase()
  env = { FACTOTUM_HOME: home, DATABASE_URL: test.url, SECRET_KEY, PORT: '0', LOG_LEVEL: 'info' }
  program = await startProgram({
    config: readConfig(env),
    name: 'test',
    roles: { worker: {}, scheduler: true },
  })
})
afterAll(async () => {
  await program?.stop()
  await test?.drop()
  await rm(home, { recursive: true, force: true })
})

async function verify(over: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, 'events', 'verify'], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env, LOG_LEVEL: 'warn', ...over },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null) await once(child, 'exit')
  return { status: child.exitCode, out, err }
}

/** Hands in files, as a person does, until each was worked on. */
async function filesHandedIn(count: number): Promise<void> {
  const { acceptFile, receive } = await import('../src/features/files/index.ts')
  const { context } = program
  for (let n = 0; n < count; n++) {
    const data = (async function* () {
      yield Buffer.from('a,b\n1,2\n')
    })()
    const received = await receive(context, { name: 'a.csv', type: 'text/csv', data })
    await acceptFile(context, received, { createdBy: null })
  }
  await expect
    .poll(async () => (await context.events.read({ key: 'file', code: 'PROCESSED' })).events.length, {
      timeout: 60_000,
    })
    .toBe(count)
}

describe('factotum events verify', () => {
  it('proves the log, finds what was done to it, and ends with 1 then', async () => {
    const { context } = program
    await filesHandedIn(2)
    const untouched = await verify()
    expect(untouched).toMatchObject({
      status: 0,
      out: 'The event log is as it was written: 4 events of 2 subjects and 0 exported files.\n',
    })

    // The job of the night, now.
    const [schedule] = (await context.jobs.schedules()).filter(({ name }) =>
      name.includes('events.export-heads'),
    )
    if (!schedule) throw new Error('The heads are exported by no schedule.')
    expect(schedule.cron).toBe('17 3 * * *')
    await context.jobs.runSchedule(schedule.name)
    await expect
      .poll(async () => context.storage.size('events/heads/000001.jsonl'), { timeout: 60_000 })
      .toBeGreaterThan(0)
    await expect
      .poll(
        async () =>
          readLog(join(home, 'logs'), { text: 'the heads of the event log were exported', limit: 1 }),
        {
          timeout: 60_000,
        },
      )
      .toMatchObject({ lines: [{ level: 'info' }] })
    expect((await verify()).out).toContain('1 exported file.')

    await context.database.transaction(async ({ client }) => {
      await client.query('alter table factotum.event disable trigger user')
      await client.query("update factotum.event set created_by = 'eve' where subject_id = '1' and place = 1")
      await client.query("delete from factotum.event where subject_id = '2' and place = 2")
      await client.query('alter table factotum.event enable trigger user')
    })
    const touched = await verify()
    expect(touched.status).toBe(1)
    expect(touched.out).toContain('file 1, place 1: the row is not what was written.')
    expect(touched.out).toContain('file 2, place 2: the row is missing at the end.')
    expect(touched.out).toContain('file 2, place 2: the row is missing, which 000001.jsonl of')
    expect(touched.out).toContain('The event log is not as it was written: 3 findings')

    const other = await verify({ SECRET_KEY: 'another key that is as long as it has to be' })
    expect(other.status).toBe(1)
    expect(other.out).toContain('SECRET_KEY is probably another')
  })
})
