import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canMount, onSmallDisk } from '../testing/small-disk.ts'
import { withIds } from './ids.ts'
import { createLog, type LogConfig, log as ours } from './index.ts'
import { parseName } from './names.ts'
import { withoutSecrets } from './secrets.ts'
import { terminal } from './terminal.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-log-'))
})
afterEach(() => rm(home, { recursive: true }))

const open = (options: Partial<LogConfig> = {}) =>
  createLog(
    {
      home,
      logLevel: 'debug',
      logFiles: 'one',
      logRotation: { lines: 1_000, bytes: 1_000_000 },
      logDays: 30,
      ...options,
    },
    'web',
  )

const names = async () => (await readdir(join(home, 'logs'))).sort()

/** Every line of every file, by the streams that have one. */
async function linesBy(): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {}
  for (const name of await names()) {
    const text = await readFile(join(home, 'logs', name), 'utf8')
    const lines = text.split('\n').slice(0, -1)
    const stream = parseName(name)?.stream ?? name
    found[stream] = [...(found[stream] ?? []), ...lines.map((line) => JSON.parse(line))]
  }
  return found
}

describe('The log', () => {
  it('is in its file when the call has returned', async () => {
    open().debug({ file: 7 }, 'begun')
    expect(await linesBy()).toEqual({
      all: [expect.objectContaining({ program: 'web', pid: process.pid, file: 7, msg: 'begun' })],
    })
  })

  it('leaves out what is below its level', async () => {
    const log = open({ logLevel: 'warn' })
    log.info('begun')
    log.warn('odd')
    expect(await linesBy()).toEqual({ all: [expect.objectContaining({ msg: 'odd' })] })
  })

  it('has four streams, for whoever has no log at hand, and can give each its file', async () => {
    open({ logFiles: 'each' })
    ours.debug('looked')
    ours.info('done', { file: 7 })
    ours.warning('odd')
    ours.error('broken', { err: new Error('no ink') })
    expect(await linesBy()).toEqual({
      debug: [expect.objectContaining({ msg: 'looked' })],
      info: [expect.objectContaining({ msg: 'done', file: 7 })],
      warning: [expect.objectContaining({ msg: 'odd' })],
      error: [expect.objectContaining({ err: expect.objectContaining({ message: 'no ink' }) })],
    })
  })

  it('says of each line for which request or job it was written', async () => {
    const log = open()
    await withIds({ job: '7', correlation: 'r-1' }, async () => {
      await Promise.resolve()
      log.info('within')
      log.child({ part: 'pen' }).info({ file: 3 }, 'deeper')
    })
    log.info('outside')
    const lines = (await linesBy()).all
    expect(lines).toMatchObject([{ job: '7', correlation: 'r-1' }, { job: '7', part: 'pen', file: 3 }, {}])
    expect(lines?.[2]).not.toHaveProperty('job')
  })

  it('begins anew where its folder was removed under it', async () => {
    const log = open({ logRotation: { lines: 2, bytes: 1_000_000 } })
    log.info('one')
    log.info('two')
    await rm(join(home, 'logs'), { recursive: true })
    log.info('three')
    expect(await linesBy()).toEqual({ all: [expect.objectContaining({ msg: 'three' })] })
  })

  it('keeps what is private for the screen', async () => {
    open().warn({ to: 'ada@example.org', private: 'https://x.example/link?token=abc' }, 'no mail')
    const [line] = (await linesBy()).all ?? []
    expect(line).toMatchObject({ to: 'ada@example.org', private: '[hidden]' })
  })

  it.skipIf(!canMount)(
    'on a full disk costs lines, not the program, and goes on when there is room',
    async () => {
      const { stdout, stderr } = await onSmallDisk(
        home,
        `
        import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
        import { join } from 'node:path'
        import { createLog } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
        const home = process.env.FOLDER
        const logRotation = { lines: 1_000, bytes: 1_000_000 }
        const log = createLog({ home, logLevel: 'debug', logFiles: 'one', logRotation, logDays: 30 }, 'web')
        try { writeFileSync(join(home, 'ballast'), Buffer.alloc(2_000_000)) } catch {}
        for (let line = 0; line < 20_000; line++) log.debug({ line }, 'x'.repeat(100))
        rmSync(join(home, 'ballast'))
        log.debug('there is room again')
        const files = readdirSync(join(home, 'logs')).sort().map((name) => readFileSync(join(home, 'logs', name), 'utf8'))
        for (const line of files.join('').split('\\n').slice(0, -1)) JSON.parse(line)
        console.log(files.some((text) => text.includes('there is room again')))
      `,
      )
      expect(stdout).toBe('true\n')
      expect(stderr).toBe("The log can't be written: ENOSPC: no space left on device, write\n")
    },
  )
})

describe('Secrets in lines', () => {
  const kept = (entry: object): unknown => JSON.parse(withoutSecrets(JSON.stringify(entry)))

  it('are hidden by their names, however deep', () => {
    const headers = { cookie: ['x=1', 'y=2'], authorization: 'Basic x', accept: '*/*' }
    expect(kept({ newPassword: 'a"b\\', headers, a: { secrets: { b: { c: 'd' } } } })).toEqual({
      newPassword: '[hidden]',
      headers: { cookie: '[hidden]', authorization: '[hidden]', accept: '*/*' },
      a: { secrets: '[hidden]' },
    })
    expect(kept({ tokens: 12, file: 'passwords.csv' })).toEqual({ tokens: 12, file: 'passwords.csv' })
  })

  it.each([
    ['connect postgres://me:s3cret@db:5432/x failed', 'connect postgres://me:[hidden]@db:5432/x failed'],
    ['GET /signin/link?token=abc123&next=/', 'GET /signin/link?token=[hidden]&next=/'],
    ['sent Bearer abcdefghijk.lmn', 'sent Bearer [hidden]'],
    [`key fct_0123456789ab_${'c'.repeat(64)} used`, 'key fct_0123456789ab_[hidden] used'],
    ['a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b', 'a [hidden] b'],
    ['it was eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl', 'it was [hidden]'],
  ])('are hidden in texts: %s', (text, shown) => {
    expect(kept({ msg: text })).toEqual({ msg: shown })
  })
})

describe('The terminal', () => {
  const shown = (entry: object) => {
    let text = ''
    terminal({ write: (line) => (text += line) }).write(
      JSON.stringify({ time: '2026-11-20T10:20:30.000Z', ...entry }),
    )
    return text
  }

  it('shows time and text, and figures behind', () => {
    expect(shown({ level: 30, msg: 'request', path: '/files', status: 201, pid: 1, program: 'web' })).toBe(
      '10:20:30 request path=/files status=201\n',
    )
  })

  it('names what is no ordinary line, and shows where an error came from', () => {
    expect(
      shown({ level: 50, msg: 'stuck', err: { message: 'no ink', stack: 'Error: no ink\n  at pen' } }),
    ).toBe('10:20:30 ERROR stuck\nError: no ink\n  at pen\n')
  })

  it('shows control characters of a line as text: nobody repaints the screen', () => {
    expect(shown({ level: 30, msg: 'a\u001b[2Jb\nc', path: '/\u0007' })).toBe(
      '10:20:30 a\\u001b[2Jb\\nc path=/\\u0007\n',
    )
  })
})
