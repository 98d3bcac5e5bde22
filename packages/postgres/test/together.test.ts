import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startPostgres } from '../src/index.ts'
import { isAlive } from '../src/processes.ts'
import { runProgram } from './run-program.ts'
import { ask, quick, scratch } from './scratch.ts'

const { path, remove } = await scratch()
afterAll(remove)

test('programs that start at once on a new folder share one server; the last to leave stops it', async () => {
  const folder = join(path, 'at-once')
  const programs = [1, 2, 3].map(() => runProgram({ folder, settings: quick }))
  const servers = await Promise.all(programs.map((program) => program.said('up')))
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1)
  expect(new Set(servers.map(({ url }) => url)).size).toBe(1)
  expect(servers.filter(({ adopted }) => !adopted)).toHaveLength(1)
  const [{ pid, url } = { pid: 0, url: '' }] = servers
  // The one that started it leaves first: the others keep it.
  programs.sort(
    (a, b) => Number(a.lines.some(({ up }) => up?.adopted)) - Number(b.lines.some(({ up }) => up?.adopted)),
  )
  const last = programs.pop()
  for (const program of programs) {
    await program.stop()
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
  }
  await last?.stop()
  expect(await isAlive(pid)).toBe(false)
})

test('the last two may leave at once', async () => {
  const folder = join(path, 'leave')
  for (let round = 0; round < 5; round++) {
    const servers = await Promise.all([1, 2].map(() => startPostgres({ folder, settings: quick })))
    await Promise.all(servers.map((server) => server.stop()))
    for (const { pid } of servers) expect(await isAlive(pid)).toBe(false)
  }
})

test('one that comes while another leaves gets a server in any case', async () => {
  const folder = join(path, 'come-and-go')
  const comeAndGo = async (times: number) => {
    for (let round = 0; round < times; round++) {
      const server = await startPostgres({ folder, settings: quick })
      expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
      await server.stop()
    }
  }
  await Promise.all([comeAndGo(8), comeAndGo(8), comeAndGo(8)])
})
