import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writePayments } from '../testing/samples.ts'
import { ProfileFailed, runProfile } from './run-profile.ts'

let folder: string
let large: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-profile-'))
  large = join(folder, 'large.csv')
  await writePayments(large, 1_500_000)
})
afterAll(() => rm(folder, { recursive: true }))

const options = (path: string, signal = new AbortController().signal) => ({
  path,
  encoding: 'utf-8' as const,
  suspect: false,
  settings: {},
  workFolder: join(folder, 'work'),
  signal,
  onProgress() {},
})

describe('The process that profiles', () => {
  it('answers, and leaves nothing behind', async () => {
    const path = join(folder, 'small.csv')
    await writeFile(path, 'a,b\n1,2\n')
    const { summary, columns } = await runProfile(options(path))
    expect([summary.rows, columns.length]).toEqual([1, 2])
    expect(await readdir(join(folder, 'work'))).toEqual([])
  })

  it('ends with the reason of its signal, and takes its folder with it', async () => {
    const stop = new AbortController()
    const reason = new Error('Enough.')
    const running = runProfile({ ...options(large, stop.signal), onProgress: () => stop.abort(reason) })
    await expect(running).rejects.toBe(reason)
    expect(await readdir(join(folder, 'work'))).toEqual([])
  })

  it('says when it can not read what it was given', async () => {
    await expect(runProfile(options(join(folder, 'nowhere.csv')))).rejects.toBeInstanceOf(ProfileFailed)
  })

  it('is gone when its parent was killed, and the next one sweeps up', async () => {
    const parent = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program, large, join(folder, 'work')],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) },
    )
    await once(parent.stdout, 'data')
    const [left] = await readdir(join(folder, 'work'))
    expect(left).toContain(`-${parent.pid}-`)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    const path = join(folder, 'after.csv')
    await writeFile(path, 'a\n1\n')
    // The killed one's child may still be on its way out, and write.
    for (;;) {
      await runProfile(options(path))
      if ((await readdir(join(folder, 'work'))).length === 0) break
      await setTimeout(50)
    }
  })
})

const program = `
  import { runProfile } from ${JSON.stringify(new URL('./run-profile.ts', import.meta.url).href)}
  const [path, workFolder] = process.argv.slice(1)
  const signal = new AbortController().signal
  await runProfile({ path, workFolder, signal, encoding: 'utf-8', suspect: false, settings: {}, onProgress: () => console.log('on its way') })
`
