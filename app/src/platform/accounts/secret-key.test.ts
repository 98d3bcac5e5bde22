import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { secretKey } from './secret-key.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-secret-'))
})
afterEach(() => rm(home, { recursive: true }))

describe('The secret key', () => {
  it('is that of the settings, and then none is kept', async () => {
    const given = 'from the environment, thirty-two letters'
    expect(await secretKey({ home, secretKey: given })).toBe(given)
    expect(await readdir(home)).toEqual([])
  })

  it('is made once, and kept for its owner alone', async () => {
    const first = await secretKey({ home, secretKey: null })
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(await secretKey({ home, secretKey: null })).toBe(first)
    expect((await stat(join(home, 'secret-key'))).mode & 0o777).toBe(0o600)
  })

  it('is the same for starts that come at once, which leave nothing else', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => secretKey({ home, secretKey: null })))
    expect(new Set(made).size).toBe(1)
    expect(await readdir(home)).toEqual(['secret-key'])
    expect((await readFile(join(home, 'secret-key'), 'utf8')).trim()).toBe(made[0])
  })

  it('is not replaced where it is damaged: nobody is signed out unseen', async () => {
    await writeFile(join(home, 'secret-key'), '')
    await expect(secretKey({ home, secretKey: null })).rejects.toThrow(/holds no key\. Put back/)
  })
})
