import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { startPostgres } from '../src/index.ts'
import { isAlive, signal } from '../src/processes.ts'
import { runProgram } from './run-program.ts'
import { ask, processesBelow, quick, scratch } from './scratch.ts'

const { path, remove } = await scratch()
afterAll(remove)

/** Rows that were acknowledged to the program. */
const acknowledged = (lines: { kept?: number }[]) => lines.flatMap(({ kept }) => kept ?? [])

test('kill -9 of the program while it writes: the next start adopts the server, and no acknowledged row is lost', async () => {
  const folder = join(path, 'program')
  const program = runProgram({ folder }, { write: true })
  const { pid } = await program.said('up')
  await expect.poll(() => acknowledged(program.lines).length, { timeout: 10_000 }).toBeGreaterThan(50)
  await program.kill()
  expect(await isAlive(pid)).toBe(true)
  const server = await startPostgres({ folder })
  expect(server).toMatchObject({ adopted: true, pid })
  expect(await ids(server.url)).toEqual(expect.arrayContaining(acknowledged(program.lines)))
  await server.stop()
  expect(await isAlive(pid)).toBe(false)
})

test('kill -9 at any moment, of a program or of everything: the next start has every acknowledged row', async () => {
  const folder = join(path, 'any-moment')
  const kept: number[] = []
  for (let round = 0; round < 12; round++) {
    const program = runProgram({ folder }, { write: true })
    // By turns in the making of the database, in start and recovery, and in writing.
    if (round % 3 === 2)
      await expect.poll(() => acknowledged(program.lines).length, { timeout: 20_000 }).toBeGreaterThan(5)
    else await pause(400 + round * 60)
    program.child.kill('SIGKILL')
    if (round % 2) for (const part of await processesBelow(folder)) signal(part, 'SIGKILL')
    await program.kill()
    kept.push(...acknowledged(program.lines))
  }
  expect(kept.length).toBeGreaterThan(0)
  const server = await startPostgres({ folder })
  expect(await ids(server.url)).toEqual(expect.arrayContaining(kept))
  await server.stop()
}, 60_000)

test('Ctrl-C at the terminal is for the program: the server stays until the program stops it', async () => {
  const folder = join(path, 'interrupt')
  const program = runProgram({ folder, settings: quick }, { detached: true })
  const { pid } = await program.said('up')
  const group = program.child.pid ?? 0
  process.kill(-group, 'SIGINT')
  await program.kill()
  const server = await startPostgres({ folder, settings: quick })
  expect(server).toMatchObject({ adopted: true, pid })
  await server.stop()
})

test('kill -9 of the program and all of its server while it writes: the next start recovers', async () => {
  const folder = join(path, 'everything')
  const program = runProgram({ folder }, { write: true })
  const { pid } = await program.said('up')
  await expect.poll(() => acknowledged(program.lines).length, { timeout: 10_000 }).toBeGreaterThan(50)
  program.child.kill('SIGKILL')
  for (const part of await processesBelow(folder)) signal(part, 'SIGKILL')
  await program.kill()
  const server = await startPostgres({ folder })
  expect(server.adopted).toBe(false)
  expect(server.pid).not.toBe(pid)
  expect(await ids(server.url)).toEqual(expect.arrayContaining(acknowledged(program.lines)))
  await server.stop()
})

test('kill -9 of the server: it comes back on the same port, and no acknowledged row is lost', async () => {
  const folder = join(path, 'server')
  const program = runProgram({ folder }, { write: true })
  const { pid, url } = await program.said('up')
  const server = await startPostgres({ folder })
  await expect.poll(() => acknowledged(program.lines).length, { timeout: 10_000 }).toBeGreaterThan(50)
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => ids(url).catch(() => []), { timeout: 20_000 }).not.toEqual([])
  expect(await ids(url)).toEqual(expect.arrayContaining(acknowledged(program.lines)))
  expect(await isAlive(pid)).toBe(false)
  await expect.poll(() => server.pid, { timeout: 20_000 }).not.toBe(pid)
  // Both programs have found the new one: it outlives the one that leaves, and ends with the other.
  await program.stop()
  expect(await ids(url)).not.toEqual([])
  await server.stop()
  expect(await isAlive(server.pid)).toBe(false)
})

test('kill -9 of one connection: the server restarts itself, and the program stays with it', async () => {
  const server = await startPostgres({ folder: join(path, 'backend'), settings: quick })
  const [{ pid } = { pid: 0 }] = await ask<{ pid: number }>(
    server.url,
    `select pid from pg_stat_activity where application_name = 'factotum presence'`,
  )
  process.kill(pid, 'SIGKILL')
  const back = () =>
    ask(
      server.url,
      `select from pg_stat_activity where application_name = 'factotum presence' and pid <> ${pid}`,
    )
  await expect.poll(() => back().catch(() => []), { timeout: 20_000 }).toHaveLength(1)
  await server.stop()
  expect(await isAlive(server.pid)).toBe(false)
})

test('a server that is killed again and again is given up, with a sentence', async () => {
  const lost: unknown[] = []
  const folder = join(path, 'again')
  const server = await startPostgres({ folder, settings: quick, onLost: (error) => lost.push(error) })
  while (lost.length === 0) {
    const { pid } = server
    if (await isAlive(pid)) process.kill(pid, 'SIGKILL')
    await expect.poll(() => lost.length > 0 || server.pid !== pid, { timeout: 20_000 }).toBe(true)
  }
  expect(lost).toMatchObject([{ code: 'server-lost', message: expect.stringContaining(folder) }])
  await server.stop()
  const again = await startPostgres({ folder, settings: quick })
  expect(again.adopted).toBe(false)
  await again.stop()
})

test('a database whose folder went away is given up: an empty one is no substitute', async () => {
  const lost: unknown[] = []
  const folder = join(path, 'vanished')
  const server = await startPostgres({ folder, settings: quick, onLost: (error) => lost.push(error) })
  await ask(server.url, 'create table kept ()')
  await rename(join(folder, 'data'), join(folder, 'elsewhere'))
  process.kill(server.pid, 'SIGKILL')
  await expect.poll(() => lost, { timeout: 20_000 }).toHaveLength(1)
  expect(lost).toMatchObject([
    { code: 'server-lost', message: expect.stringContaining('could not be brought back') },
  ])
  expect(await readdir(folder)).not.toContain('data')
  await server.stop()
  await rename(join(folder, 'elsewhere'), join(folder, 'data'))
  const again = await startPostgres({ folder, settings: quick })
  expect(await ask(again.url, 'select * from kept')).toEqual([])
  await again.stop()
})

test('a process of a killed server that is deep in a query is ended before the next start', async () => {
  const folder = join(path, 'orphan')
  const program = runProgram({ folder, settings: quick })
  const { url, pid } = await program.said('up')
  const busy = new pg.Client({ connectionString: url })
  busy.on('error', () => undefined)
  await busy.connect()
  const [{ backend } = { backend: 0 }] = (
    await busy.query<{ backend: number }>('select pg_backend_pid() as backend')
  ).rows
  busy.query(`do $$ begin loop end loop; end $$`).catch(() => undefined)
  await program.kill()
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isAlive(pid)).toBe(false)
  expect(await isAlive(backend)).toBe(true)
  const server = await startPostgres({ folder, settings: quick })
  expect(await isAlive(backend)).toBe(false)
  await server.stop()
})

test('a stale postmaster.pid whose process id another program has by now', async () => {
  const folder = join(path, 'recycled')
  const first = await startPostgres({ folder, settings: quick })
  const file = join(folder, 'data', 'postmaster.pid')
  const lines = (await readFile(file, 'utf8')).split('\n')
  await first.stop()
  // Another server's: of the same user, so that PostgreSQL itself would take it for one that runs here.
  const other = await startPostgres({ folder: join(path, 'recycled-other'), settings: quick })
  await writeFile(file, [String(other.pid), ...lines.slice(1)].join('\n'))
  const second = await startPostgres({ folder, settings: quick })
  expect(second).toMatchObject({ adopted: false })
  expect(second.pid).not.toBe(other.pid)
  expect(await ask(other.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await second.stop()
  await other.stop()
})

test('a postmaster.pid that is empty or rubbish: what a crash of the machine leaves', async () => {
  const folder = join(path, 'rubbish')
  for (const content of ['', '\0'.repeat(64), 'no number\n']) {
    const server = await startPostgres({ folder, settings: quick })
    await server.stop()
    await writeFile(join(folder, 'data', 'postmaster.pid'), content)
  }
  const server = await startPostgres({ folder, settings: quick })
  expect(server.adopted).toBe(false)
  await server.stop()
})

test('a copied folder does not adopt the server of its original', async () => {
  const folder = join(path, 'original')
  const copy = join(path, 'copy')
  const first = await startPostgres({ folder, settings: quick })
  await ask(first.url, 'create table t (); checkpoint')
  await promisify(execFile)('cp', ['-a', folder, copy])
  const second = await startPostgres({ folder: copy, settings: quick })
  expect(second.adopted).toBe(false)
  expect(second.pid).not.toBe(first.pid)
  await second.stop()
  await first.stop()
})

test('a database that was half made when the program was killed is made anew', async () => {
  const folder = join(path, 'half')
  for (const moment of ['making-', 'making-', 'data']) {
    const program = runProgram({ folder, settings: quick })
    await expect
      .poll(() => readdir(folder).catch(() => []), { timeout: 20_000, interval: 5 })
      .toContainEqual(expect.stringContaining(moment))
    await program.kill()
  }
  const server = await startPostgres({ folder, settings: quick })
  expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('making-'))
  await server.stop()
})

test('something else in the place of the database is told, not overwritten', async () => {
  const folder = join(path, 'foreign')
  await mkdir(join(folder, 'data'), { recursive: true })
  await writeFile(join(folder, 'data', 'letter.txt'), 'mine')
  await expect(startPostgres({ folder })).rejects.toMatchObject({ code: 'not-a-cluster' })
  expect(await readFile(join(folder, 'data', 'letter.txt'), 'utf8')).toBe('mine')
  await rename(join(folder, 'data', 'letter.txt'), join(folder, 'letter.txt'))
  const server = await startPostgres({ folder, settings: quick })
  await server.stop()
})

async function ids(url: string): Promise<number[]> {
  return (await ask<{ id: number }>(url, 'select id::int from kept')).map(({ id }) => id)
}
