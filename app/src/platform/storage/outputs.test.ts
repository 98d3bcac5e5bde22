import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownSettings, type Setting, type SettingValue } from '../settings/index.ts'
import { OutputRefused, writeOutput } from './outputs.ts'

let outside: string
let root: string
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'factotum-outputs-'))
  root = join(outside, 'root')
  await mkdir(root)
})
afterEach(() => rm(outside, { recursive: true }))

/** Settings that say this, and nothing else. */
const settings = (folder: string, roots: string[] = [root]) => ({
  get<Value extends SettingValue>(setting: Setting<Value>): Value {
    const said: SettingValue = setting.configName === ownSettings.outputRoots.configName ? roots : folder
    return setting.holds(said) ? said : setting.default
  },
})

async function* chunks(...texts: string[]) {
  yield* texts
}

describe('A copy of a result', () => {
  it('is put where the settings say, whole, in place of an earlier one', async () => {
    const to = settings(join(root, 'reports'))
    const path = join(root, 'reports', 'files', '12-report.json')
    expect(await writeOutput(to, 'files/12-report.json', chunks('one'))).toBe(path)
    expect(await writeOutput(to, 'files/12-report.json', chunks('an', 'other'))).toBe(path)
    expect(await readFile(path, 'utf8')).toBe('another')
    expect(await readdir(join(root, 'reports', 'files'))).toEqual(['12-report.json'])
  })

  it('is none where nobody wants one', async () => {
    expect(await writeOutput(settings(''), 'a', chunks('x'))).toBeNull()
  })

  it('leaves nothing where it breaks off, and what was there stays', async () => {
    await writeOutput(settings(root), 'a', chunks('before'))
    async function* breaks() {
      yield 'half'
      throw new Error('the line went dead')
    }
    await expect(writeOutput(settings(root), 'a', breaks())).rejects.toThrow('the line went dead')
    expect(await readdir(root)).toEqual(['a'])
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('before')
  })

  it.each(['', '../x', 'a/../../x', '/etc/passwd', 'a//b', '.hidden', 'a\\b', 'a\0b', 'a\nb', 'C:x', ' a'])(
    'can not be named %j',
    async (name) => {
      await expect(writeOutput(settings(root), name, chunks('x'))).rejects.toThrow(OutputRefused)
    },
  )

  it('never leaves its folder, however it is named', async () => {
    const wild = fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', 'ä', ' ', '\0', '~', ':'), {
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(wild, async (parts) => {
        await writeOutput(settings(join(root, 'in')), parts.join(''), chunks('x')).catch(() => {})
        expect([await readdir(outside), (await readdir(root)).filter((name) => name !== 'in')]).toEqual([
          ['root'],
          [],
        ])
        await rm(join(root, 'in'), { recursive: true, force: true })
      }),
      { numRuns: 60 },
    )
  })

  it('is refused where the folder is in no root, with what to do', async () => {
    const beside = settings(`${root}-beside`)
    await expect(writeOutput(beside, 'a', chunks('x'))).rejects.toThrow('in none of OUTPUT_ROOTS')
    expect(await readdir(outside)).toEqual(['root'])
    const gone = settings(join(outside, 'gone', 'in'), [join(outside, 'gone')])
    await expect(writeOutput(gone, 'a', chunks('x'))).rejects.toThrow('is not on this machine')
  })

  it('follows no link that leads out: of the folder, within it, or in its own place', async () => {
    const elsewhere = join(outside, 'elsewhere')
    await mkdir(elsewhere)
    await writeFile(join(elsewhere, 'kept'), 'theirs')
    await symlink(elsewhere, join(root, 'link'))
    await expect(writeOutput(settings(join(root, 'link')), 'a', chunks('x'))).rejects.toThrow('by a link')
    await expect(writeOutput(settings(root), 'link/a', chunks('x'))).rejects.toThrow('by a link')
    await symlink(join(elsewhere, 'kept'), join(root, 'a'))
    await writeOutput(settings(root), 'a', chunks('ours'))
    expect(await readFile(join(elsewhere, 'kept'), 'utf8')).toBe('theirs')
    expect(await readdir(elsewhere)).toEqual(['kept'])
  })
})
