import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAssets } from './assets.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assets-'))
})
afterAll(() => rm(folder, { recursive: true }))

const feature = (load: string[]) => [{ name: 'letters', folder: pathToFileURL(`${folder}/`), load }]

describe('Assets', () => {
  it('make one sheet of the console, and compress what gains by it', async () => {
    const assets = await loadAssets()
    const sheet = assets.find('console.css')
    expect(sheet?.compressed && brotliDecompressSync(sheet.compressed.br)).toEqual(sheet?.body)
    expect(assets.find('inter-latin.woff2')?.compressed).toBeNull()
    expect(assets.find('styles/1-tokens.css')).toBeUndefined()
    expect(assets.find('format.d.ts')).toBeUndefined()
    for (const path of [...assets.styles, ...assets.modules, 'htmx.js', 'mark.svg'])
      expect(assets.find(path), path).toBeDefined()
  })

  it("have an address that changes with a feature's files", async () => {
    await writeFile(join(folder, 'drop.js'), 'export {}')
    const before = await loadAssets(feature(['drop.js']))
    await writeFile(join(folder, 'drop.js'), 'export { }')
    const after = await loadAssets(feature(['drop.js']))
    expect(before.base).not.toBe(after.base)
    expect(after.modules).toContain('letters/drop.js')
    expect((await loadAssets(feature(['drop.js']))).base).toBe(after.base)
  })

  it('refuse a file to load that is not there', async () => {
    await expect(loadAssets(feature(['missing.css']))).rejects.toThrow(/letters\/missing\.css/)
  })

  it('refuse a kind of file that is not served, with those that are', async () => {
    await writeFile(join(folder, 'notes.exe'), '')
    await expect(loadAssets(feature([]))).rejects.toThrow(/letters\/notes\.exe.*\.css, \.js/)
  })
})
