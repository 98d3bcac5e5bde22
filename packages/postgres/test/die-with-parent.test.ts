import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isAlive } from '../src/processes.ts'
import { runProgram } from './run-program.ts'
import { ask, processesBelow, quick, scratch } from './scratch.ts'

const { path, remove } = await scratch()
afterAll(remove)

const ways = [
  { way: 'by the kernel', environment: {} },
  // Where there is no setpriv, a shell watches a pipe.
  { way: 'by a watching shell', environment: { PATH: '/nonexistent' } },
]

test.each(ways)(
  'a server that dies with its parent: kill -9 of the program ends it ($way)',
  async ({ way, environment }) => {
    const folder = join(path, way)
    const env = { ...process.env, ...environment }
    const program = runProgram({ folder, settings: quick, dieWithParent: true }, { env })
    const { pid, url } = await program.said('up')
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await program.kill()
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    await expect.poll(() => processesBelow(folder), { timeout: 10_000 }).toEqual([])
  },
)

test.each(ways)('it can be stopped as any other ($way)', async ({ way, environment }) => {
  const folder = join(path, `${way}, stopped`)
  const env = { ...process.env, ...environment }
  const program = runProgram({ folder, settings: quick, dieWithParent: true }, { env })
  const { pid } = await program.said('up')
  await program.stop()
  expect(await isAlive(pid)).toBe(false)
  expect(await processesBelow(folder)).toEqual([])
})
