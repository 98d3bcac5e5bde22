import { mkdir, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startPostgres } from '../src/index.ts'
import { isAlive } from '../src/processes.ts'
import { ask, quick, scratch } from './scratch.ts'

const { path, remove } = await scratch()
afterAll(remove)

test('a server is made, stopped and started again with what was in it', async () => {
  const folder = join(path, 'life')
  const first = await startPostgres({ folder })
  expect(first.adopted).toBe(false)
  await ask(first.url, `create table kept as select 'here' as word`)
  await first.stop()
  await first.stop()
  expect(await isAlive(first.pid)).toBe(false)
  const second = await startPostgres({ folder })
  expect(await ask(second.url, 'select word from kept')).toEqual([{ word: 'here' }])
  await second.stop()
})

test('a path with spaces and other letters, below a folder that only its owner may enter', async () => {
  const closed = join(path, 'closed')
  await mkdir(closed, { mode: 0o700 })
  const folder = join(closed, 'mit Leerzeichen und ü')
  for (const round of [1, 2, 3]) {
    const server = await startPostgres({ folder, settings: quick })
    await ask(server.url, `create table round_${round} ()`)
    await ask(server.url, 'checkpoint')
    const tables = await ask(server.url, `select from pg_tables where tablename like 'round%'`)
    expect(tables).toHaveLength(round)
    await server.stop()
  }
  expect((await stat(closed)).mode & 0o777).toBe(0o700)
})

describe('a running server', async () => {
  const folder = join(path, 'running')
  const surroundings = {
    LC_ALL: 'xx_XX.UTF-8',
    LANG: 'xx_XX',
    PGOPTIONS: '-c nonsense=1',
    PGDATA: '/nowhere',
    PGPORT: '1',
    PGSSLMODE: 'require',
  }
  const before = Object.keys(surroundings).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, surroundings)
  const server = await startPostgres({ folder, settings: { work_mem: '5MB' } })
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  afterAll(() => server.stop())

  test('takes nothing from the environment: no locale that the machine lacks, no PGOPTIONS', async () => {
    const [database] = await ask(
      server.url,
      `select datlocprovider, datlocale, pg_encoding_to_char(encoding) as encoding, upper('ärger') as upper
       from pg_database where datname = current_database()`,
    )
    expect(database).toEqual({ datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8', upper: 'ÄRGER' })
  })

  test('is durable, checks its pages, and has the settings that were asked for', async () => {
    const rows = await ask<{ name: string; setting: string }>(
      server.url,
      'select name, setting from pg_settings',
    )
    const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
    expect(settings).toMatchObject({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' })
    expect(settings).toMatchObject({ data_checksums: 'on', work_mem: '5120', TimeZone: 'UTC' })
    expect(Number(settings.max_connections)).toBeGreaterThanOrEqual(100)
  })

  test('listens on this machine only', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of others) expect(await connects(server.port, address)).toBe(false)
    expect(await connects(server.port, '127.0.0.1')).toBe(true)
    const [{ addresses, sockets } = {}] = await ask(
      server.url,
      `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets`,
    )
    expect({ addresses, sockets }).toEqual({ addresses: '127.0.0.1', sockets: '' })
  })

  test('lets nobody in without the password, which only the owner can read', async () => {
    const url = new URL(server.url)
    url.password = 'guess'
    await expect(ask(url.href, 'select 1')).rejects.toThrow('password authentication failed')
    expect((await stat(join(folder, 'data', 'factotum.password'))).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('is adopted by a second start, and stays until the last has left', async () => {
    const second = await startPostgres({ folder, port: 1 })
    expect(second).toMatchObject({ adopted: true, pid: server.pid, port: server.port, url: server.url })
    await second.stop()
    expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

test('the port is the one that was asked for', async () => {
  const server = await startPostgres({ folder: join(path, 'port'), port: 19_432, settings: quick })
  expect(server.port).toBe(19_432)
  expect(new URL(server.url).port).toBe('19432')
  await server.stop()
})

function connects(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
