import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogFile, type Rotation } from './log-file.ts'
import { completeName, currentName, newId, parseName, type Stream } from './names.ts'
import { machine, run } from './owner.ts'
import { type LogQuery, readLog } from './read.ts'
import { keptBy, startWriter } from './testing/kept-lines.ts'
import { tidyLogs } from './tidy.ts'

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-log-'))
  folder = join(home, 'logs')
  await mkdir(folder)
})
afterEach(() => rm(home, { recursive: true }))

const names = async () => (await readdir(folder)).sort()
const never = new Date(0)
const tidy = (before = never) => tidyLogs(folder, { before })
const someRun = { program: 'web', machine, pid: process.pid, run }
const another = { ...someRun, pid: process.ppid, run: 'abcd1234' }

/** Nobody has this id: Linux gives none above 4,194,304. */
const gone = { ...another, pid: 4_999_999 }

function fileOf(rotation: Partial<Rotation>, stream: Stream = 'all', owner = someRun): LogFile {
  return new LogFile({ folder, stream, owner, rotation: { lines: 1_000, bytes: 1_000_000, ...rotation } })
}

const time = (second: number) => new Date(Date.UTC(2027, 0, 31, 9, 0, second))
const entry = (second: number, more: object = {}) =>
  `${JSON.stringify({ level: 30, time: time(second).toISOString(), program: 'web', msg: `at ${second}`, ...more })}\n`

/** A complete file with lines at these seconds. */
async function complete(seconds: number[], number: number, more: object = {}): Promise<string> {
  const [first = 0] = seconds
  const id = newId(time(first), 'all', someRun, number)
  const name = completeName(id, time(seconds.at(-1) ?? 0))
  await writeFile(join(folder, name), seconds.map((second) => entry(second, more)).join(''))
  return name
}

describe('A file of the log', () => {
  it('is complete after so many lines, or bytes, and the next one begins', async () => {
    const byLines = fileOf({ lines: 3 })
    for (let n = 1; n <= 7; n++) byLines.write(entry(n))
    expect((await keptBy(folder, 'web')).files).toEqual([3, 3, 1])
    expect((await names()).map((name) => name.endsWith('.current.log'))).toEqual([false, false, true])

    const bySize = fileOf({ bytes: 250 }, 'error', { ...someRun, program: 'worker' })
    for (let n = 1; n <= 5; n++) bySize.write(`${'x'.repeat(99)}\n`)
    bySize.close()
    const sizes = (await names()).filter((name) => parseName(name)?.stream === 'error')
    expect(await Promise.all(sizes.map(async (name) => (await stat(join(folder, name))).size))).toEqual([
      300, 200,
    ])
  })
})

describe('What is complete', () => {
  it('is compressed, whole, with its time; what is being written is left alone', async () => {
    const name = await complete([1, 2, 3], 1)
    const text = await readFile(join(folder, name), 'utf8')
    const file = fileOf({})
    file.write(entry(9))
    expect(await tidy()).toEqual({ completed: 0, compressed: 1, removed: 0 })
    expect((await names()).map((each) => each.endsWith('.current.log'))).toEqual([true, false])
    expect(gunzipSync(await readFile(join(folder, `${name}.gz`))).toString()).toBe(text)
    expect(await tidy()).toEqual({ completed: 0, compressed: 0, removed: 0 })
  })

  it('loses no line wherever the compressing was cut off, and shows none twice', async () => {
    const name = await complete([1, 2, 3], 1)
    const text = await readFile(join(folder, name))
    // Cut off while it wrote; the next finds half an archive, which never has the archive's name.
    await writeFile(join(folder, `${name}.gz.dead-1.unfinished`), text.subarray(0, 20))
    await tidy()
    // Cut off between giving the archive its name and removing the file.
    await writeFile(join(folder, name), text)
    expect(await messages({})).toEqual(['at 3', 'at 2', 'at 1'])
    await tidy()
    expect(await messages({})).toEqual(['at 3', 'at 2', 'at 1'])
    const old = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(folder, `${name}.gz.dead-1.unfinished`), old, old)
    await tidy()
    expect(await names()).toEqual([`${name}.gz`])
  })

  it('is what two make of it at once', async () => {
    for (let n = 1; n <= 20; n++) await complete([n, n + 1], n)
    await Promise.all([tidy(), tidy(), tidy()])
    expect((await keptBy(folder, 'web')).files).toEqual(Array.from({ length: 20 }, () => 2))
    expect((await names()).filter((name) => !name.endsWith('.log.gz'))).toEqual([])
  })

  it('goes when it is too old, and nothing else does', async () => {
    await complete([1, 2], 1)
    const kept = await complete([50, 55], 2)
    await writeFile(join(folder, 'notes.txt'), 'mine')
    fileOf({}).write(entry(1))
    expect(await tidy(time(30))).toEqual({ completed: 0, compressed: 1, removed: 1 })
    const left = await names()
    expect(left).toContain(`${kept}.gz`)
    expect(left).toContain('notes.txt')
    expect(left).toHaveLength(3)
  })
})

describe('What a process left that was killed', () => {
  it('is completed by the next; what one writes that is alive is not, unless it is two days old', async () => {
    const write = async (owner: typeof someRun, number: number) => {
      const name = currentName(newId(time(number), 'all', owner, number))
      await writeFile(join(folder, name), entry(number))
      return name
    }
    await write(gone, 1)
    const alive = await write(another, 2)
    const elsewhere = await write({ ...gone, machine: 'other-00000000' }, 3)
    const old = await write({ ...gone, machine: 'other-00000000' }, 4)
    const then = new Date(Date.now() - 49 * 3_600_000)
    await utimes(join(folder, old), then, then)
    expect(await tidy()).toMatchObject({ completed: 2 })
    const current = (await names()).filter((name) => name.includes('current'))
    expect(current.sort()).toEqual([alive, elsewhere].sort())
  })

  it('has every line whose call returned, across files, and so has what another wrote beside it', async () => {
    const options = { home, linesAFile: 100, linesASecond: 4_000, atOnce: 1 }
    const killed = startWriter({ ...options, name: 'killed', seconds: 60 })
    const other = startWriter({ ...options, name: 'other', seconds: 0.5 })
    await expect.poll(killed.acknowledged, { timeout: 30_000, interval: 5 }).toBeGreaterThan(1_500)
    await killed.kill()
    await other.exit()
    await tidy()

    const left = await keptBy(folder, 'killed')
    expect(left.numbers.length).toBeGreaterThanOrEqual(killed.acknowledged())
    const counted = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
    expect(left.numbers).toEqual(counted(left.numbers.length))
    expect(Math.max(...left.files)).toBe(100)
    const beside = await keptBy(folder, 'other')
    expect(beside.numbers).toEqual(counted(2_000))
    expect([left.archives, beside.archives]).toEqual([left.files.length, beside.files.length])
  })
})

const read = (query: Partial<LogQuery>) => readLog(folder, { limit: 100, ...query })
const messages = async (query: Partial<LogQuery>) => (await read(query)).lines.map(({ message }) => message)

describe('Reading', () => {
  it('goes through files of several processes, newest first, page by page, while they are compressed', async () => {
    // Many of one time, in files that overlap.
    for (let file = 0; file < 6; file++)
      await complete(
        Array.from({ length: 10 }, (_, line) => file * 3 + Math.floor(line / 2)),
        file + 1,
      )
    await tidy()
    for (let file = 6; file < 9; file++)
      await complete(
        Array.from({ length: 10 }, (_, line) => file * 3 + Math.floor(line / 2)),
        file + 1,
      )
    const seen: { at: number; place: string }[] = []
    for (let before: LogQuery['before']; ; ) {
      const { lines, next } = await read({ limit: 7, before })
      seen.push(
        ...lines.map(({ at, place }) => ({ at: at.getTime(), place: `${place.file} ${place.offset}` })),
      )
      if (!next) break
      before = next
      await tidy()
    }
    expect(seen).toHaveLength(90)
    expect(new Set(seen.map(({ place }) => place)).size).toBe(90)
    expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort((a, b) => b - a))
  })

  it('narrows by level, text, request, job and time', async () => {
    await complete([1], 1, { level: 20, msg: 'looked at "it"', request: 'r-1' })
    await complete([2], 2, { level: 40, msg: 'odd', job: '7', correlation: 'r-1' })
    await complete([3], 3, {
      level: 50,
      msg: 'broken',
      err: { message: 'no', stack: 'Error: no Ink\n at pen' },
    })
    expect(await messages({ lowest: 'warning' })).toEqual(['broken', 'odd'])
    expect(await messages({ text: 'at "IT"' })).toEqual(['looked at "it"'])
    expect(await messages({ text: 'no ink' })).toEqual(['broken'])
    expect(await messages({ request: 'r-1' })).toEqual(['odd', 'looked at "it"'])
    expect(await messages({ job: '7' })).toEqual(['odd'])
    expect(await messages({ from: time(2), until: time(2) })).toEqual(['odd'])
    expect(await messages({ text: 'none' })).toEqual([])
  })

  it('finds the newest of a large file, lines longer than what it reads at once, and passes half ones by', async () => {
    const path = join(folder, currentName(newId(time(0), 'all', someRun, 1)))
    const lines = Array.from({ length: 3_000 }, (_, n) =>
      entry(n, { text: 'x'.repeat(n % 500 === 0 ? 600_000 : 50) }),
    )
    await writeFile(path, `${lines.join('')}{"level":30,"ti`)
    const { lines: newest, next } = await read({ limit: 2 })
    expect(newest.map(({ message }) => message)).toEqual(['at 2999', 'at 2998'])
    expect(next).not.toBeNull()
    expect(await messages({ limit: 10_000 })).toHaveLength(3_000)
    expect(await messages({ until: time(1) })).toEqual(['at 1', 'at 0'])
  })

  it('stops after so many bytes, says so, and goes on from there to the end', async () => {
    for (let file = 0; file < 8; file++) await complete([file * 10, file * 10 + 9], file + 1)
    const seen: string[] = []
    let pages = 0
    for (let before: LogQuery['before']; ; pages++) {
      const { lines, next, lookedBackTo } = await read({ text: 'at 0', budget: 200, before })
      seen.push(...lines.map(({ message }) => message))
      if (!next) break
      expect(lookedBackTo).not.toBeNull()
      before = next
    }
    expect(seen).toEqual(['at 0'])
    expect(pages).toBeGreaterThan(2)
  })

  it('finds a file that was completed or compressed since it was listed', async () => {
    const id = newId(time(1), 'all', someRun, 1)
    await writeFile(join(folder, currentName(id)), entry(1))
    const reading = read({})
    await rename(join(folder, currentName(id)), join(folder, completeName(id, time(1))))
    expect((await reading).lines.length).toBe(1)
    expect(await messages({})).toEqual(['at 1'])
  })
})
