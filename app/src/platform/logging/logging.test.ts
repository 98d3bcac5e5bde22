import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canMount, onSmallDisk } from '../testing/small-disk.ts'
import { createLog } from './index.ts'
import { terminal } from './terminal.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-log-'))
})
afterEach(() => rm(home, { recursive: true }))

describe('The log', () => {
  it('is in its file when the call has returned', async () => {
    const log = createLog({ home, logLevel: 'debug' }, 'web')
    log.debug({ file: 7 }, 'begun')
    const line: unknown = JSON.parse(await readFile(join(home, 'logs/factotum.log'), 'utf8'))
    expect(line).toMatchObject({ program: 'web', pid: process.pid, file: 7, msg: 'begun' })
  })

  it('leaves out what is below its level', async () => {
    createLog({ home, logLevel: 'warn' }, 'web').info('begun')
    expect(await readFile(join(home, 'logs/factotum.log'), 'utf8')).toBe('')
  })

  it.skipIf(!canMount)(
    'on a full disk costs lines, not the program, and goes on when there is room',
    async () => {
      const { stdout, stderr } = await onSmallDisk(
        home,
        `
        import { readFileSync, rmSync, writeFileSync } from 'node:fs'
        import { join } from 'node:path'
        import { createLog } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
        const home = process.env.FOLDER
        const log = createLog({ home, logLevel: 'debug' }, 'web')
        try { writeFileSync(join(home, 'ballast'), Buffer.alloc(2_000_000)) } catch {}
        for (let line = 0; line < 20_000; line++) log.debug({ line }, 'x'.repeat(100))
        rmSync(join(home, 'ballast'))
        log.debug('there is room again')
        console.log(readFileSync(join(home, 'logs/factotum.log'), 'utf8').includes('there is room again'))
      `,
      )
      expect(stdout).toBe('true\n')
      expect(stderr).toBe("The log can't be written: ENOSPC: no space left on device, write\n")
    },
  )
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
