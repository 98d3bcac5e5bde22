import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addChecksum } from './checksums.ts'
import { StorageError } from './index.ts'
import { type LocalStorage, localStorage } from './local.ts'

let folder: string
let storage: LocalStorage

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-storage-'))
  storage = await localStorage(folder)
})
afterEach(() => rm(folder, { recursive: true }))

async function* chunks(...texts: string[]) {
  for (const chunk of texts) yield Buffer.from(chunk)
}

async function* breaksAfter(chunk: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(chunk)
  throw new Error('the line went dead')
}

const inTemp = () => readdir(join(folder, 'temp'))

async function keys(prefix = ''): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of storage.list(prefix)) found.push(key)
  return found.sort()
}

describe('A kept object', () => {
  it('has the bytes, the size and the checksum of what came', async () => {
    const sha256 = createHash('sha256').update('onetwo').digest('hex')
    expect(await storage.put('files/1/original.csv', chunks('one', 'two'))).toEqual({ size: 6, sha256 })
    expect(await text(await storage.read('files/1/original.csv'))).toBe('onetwo')
    expect(await storage.size('files/1/original.csv')).toBe(6)
  })

  it('may be empty', async () => {
    expect(await storage.put('a', chunks())).toMatchObject({ size: 0 })
    expect(await storage.size('a')).toBe(0)
  })

  it('is read in part, both ends included', async () => {
    await storage.put('a', chunks('0123456789'))
    expect(await text(await storage.read('a', { start: 2, end: 4 }))).toBe('234')
    expect(await text(await storage.read('a', { start: 7 }))).toBe('789')
  })

  it('can be opened as a file', async () => {
    await storage.put('a/b', chunks('text'))
    const { path, release } = await storage.localFile('a/b')
    expect(await readFile(path, 'utf8')).toBe('text')
    await release()
  })

  it('is replaced as a whole', async () => {
    await storage.put('a', chunks('old'))
    const reading = await storage.read('a')
    await storage.put('a', chunks('new and longer'))
    expect(await text(reading)).toBe('old')
    expect(await text(await storage.read('a'))).toBe('new and longer')
  })

  it('is removed with its empty folders, and removing it again does nothing', async () => {
    await storage.put('files/1/original.csv', chunks('x'))
    await storage.remove('files/1/original.csv')
    await storage.remove('files/1/original.csv')
    expect(await storage.size('files/1/original.csv')).toBeNull()
    expect(await readdir(join(folder, 'objects'))).toEqual([])
  })

  it('is listed by the folder of its key', async () => {
    for (const key of ['files/1/a', 'files/1/b', 'files/12/a', 'other']) await storage.put(key, chunks(key))
    expect(await keys('files/1/')).toEqual(['files/1/a', 'files/1/b'])
    expect(await keys('')).toHaveLength(4)
    expect(await keys('nothing')).toEqual([])
  })

  it('survives puts and removes of its neighbours at the same time', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        await storage.put(`same/folder/${n}`, chunks(String(n)))
        if (n % 2) await storage.remove(`same/folder/${n}`)
      }),
    )
    expect(await keys()).toHaveLength(20)
  })
})

describe('An object that is not as it was kept', () => {
  const damage = (key: string) => writeFile(join(folder, 'objects', key), 'ones')

  it('fails who reads it whole, and is told', async () => {
    await storage.put('files/a', chunks('once'))
    expect(await storage.verify('files/a')).toBe('same')
    await damage('files/a')
    await expect(text(await storage.read('files/a'))).rejects.toThrow(
      'What the storage has as "files/a" is not',
    )
    expect(await storage.verify('files/a')).toBe('damaged')
    await storage.put('files/a', chunks('once'))
    expect(await text(await storage.read('files/a'))).toBe('once')
  })

  it('is not taken for one where a writer died before its object came', async () => {
    await storage.put('a', chunks('before'))
    await addChecksum(join(folder, 'checksums', 'a'), 'f'.repeat(64))
    expect(await storage.verify('a')).toBe('same')
  })

  it('is unknown where nobody kept a checksum', async () => {
    await storage.put('a', chunks('x'))
    await rm(join(folder, 'checksums'), { recursive: true })
    await damage('a')
    expect(await storage.verify('a')).toBe('unknown')
    expect(await text(await storage.read('a'))).toBe('ones')
  })

  it('is never one of two writers of the same key', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => storage.put('a', chunks(`writer ${n}`))))
    expect(await storage.verify('a')).toBe('same')
    await storage.remove('a')
    expect(await readdir(join(folder, 'checksums'))).toEqual([])
  })
})

describe('A missing object', () => {
  it('is said to be missing', async () => {
    expect(await storage.size('no/such')).toBeNull()
    await expect(storage.read('no/such')).rejects.toThrow(StorageError)
    await expect(storage.localFile('no/such')).rejects.toThrow('The storage has no "no/such".')
  })

  it('is also one whose key is a folder of others', async () => {
    await storage.put('a/b', chunks('x'))
    expect(await storage.size('a')).toBeNull()
  })
})

describe('An upload that breaks off', () => {
  it('leaves nothing, and what was there before', async () => {
    await storage.put('kept', chunks('before'))
    await expect(storage.put('kept', breaksAfter('half'))).rejects.toThrow('the line went dead')
    await expect(storage.put('new', breaksAfter('half'))).rejects.toThrow('the line went dead')
    expect(await keys()).toEqual(['kept'])
    expect(await text(await storage.read('kept'))).toBe('before')
    expect(await inTemp()).toEqual([])
  })
})

describe('A key', () => {
  it.each([
    '',
    '/',
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    'a/',
    '.hidden',
    'a\\b',
    'a\0b',
    'C:x',
    'ä',
    `${'x'.repeat(201)}`,
  ])('such as %j is refused', async (key) => {
    await expect(storage.put(key, chunks('x'))).rejects.toThrow(StorageError)
    await expect(storage.read(key)).rejects.toThrow(StorageError)
    await expect(storage.remove(key)).rejects.toThrow(StorageError)
    await expect(storage.size(key)).rejects.toThrow(StorageError)
  })

  it('never leads out of the folder', async () => {
    const wild = fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', '%2e', '\0', '~', ':'), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(wild, async (parts) => {
        const key = parts.join('')
        await storage.put(key, chunks('x')).catch(() => {})
        const outside = (await readdir(folder)).filter(
          (name) => !['objects', 'checksums', 'temp'].includes(name),
        )
        expect(outside).toEqual([])
        await rm(join(folder, 'objects'), { recursive: true, force: true })
      }),
      { numRuns: 60 },
    )
  })
})

describe('What interrupted writers left', () => {
  const old = new Date(Date.now() - 2 * 3_600_000)

  it('is removed at once where the writer is dead (kill -9 in the middle of a put)', async () => {
    const writer = spawn(process.execPath, ['--import', 'tsx', '-e', halfPut], {
      env: { ...process.env, FOLDER: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(writer.stdout, 'data')
    expect(await inTemp()).toHaveLength(1)
    expect(await storage.sweep()).toEqual([])
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    expect(await storage.sweep()).toHaveLength(1)
    expect(await inTemp()).toEqual([])
    expect(await keys()).toEqual([])
  })

  it('stays for an hour where the writer is on another machine', async () => {
    const file = '00000000-1-00000000-0000-4000-8000-000000000000.part'
    await writeFile(join(folder, 'temp', file), 'x')
    expect(await storage.sweep()).toEqual([])
    await utimes(join(folder, 'temp', file), old, old)
    expect(await storage.sweep()).toEqual([file])
  })

  it('is told from files that somebody else put there', async () => {
    await writeFile(join(folder, 'temp', 'notes.txt'), 'mine')
    await utimes(join(folder, 'temp', 'notes.txt'), old, old)
    expect(await storage.sweep()).toEqual([])
    expect(await inTemp()).toEqual(['notes.txt'])
  })

  it('is told from what this process is writing', async () => {
    let swept: string[] | undefined
    async function* slow() {
      yield Buffer.from('x')
      swept = await storage.sweep()
      yield Buffer.from('y')
    }
    expect(await storage.put('a', slow())).toMatchObject({ size: 2 })
    expect(swept).toEqual([])
  })
})

const halfPut = `
  import(${JSON.stringify(new URL('./local.ts', import.meta.url).href)}).then(async ({ localStorage }) => {
    const storage = await localStorage(process.env.FOLDER)
    async function* never() {
      yield Buffer.alloc(100_000)
      console.log('half')
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    }
    await storage.put('never', never())
  })
`
