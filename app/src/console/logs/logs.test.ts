import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as } from '../../platform/accounts/testing.ts'
import { withIds } from '../../platform/logging/ids.ts'
import { createLog, logFolder } from '../../platform/logging/index.ts'
import { type TestConsole, testConsole } from '../testing.ts'

let test: TestConsole
let log: Logger
let folder: string
beforeAll(async () => {
  test = await testConsole()
  const { config } = test.context
  folder = logFolder(config.home)
  log = createLog({ ...config, logLevel: 'debug', logRotation: { lines: 100, bytes: 1_000_000 } }, 'web')
  for (let n = 1; n <= 230; n++) log.debug({ n }, 'counted')
  withIds({ request: 'request-1' }, () => log.info({ path: '/files', status: 201 }, 'request'))
  withIds({ job: '7', correlation: 'request-1' }, () => log.warn('<b>odd</b>'))
  withIds({ job: '8' }, () => log.error({ err: new Error('no ink') }, 'broken'))
})
afterAll(() => test.close())

const get = (url: string, headers = {}) => test.app.inject({ url, headers })
const page = (url: string) => test.app.inject({ url, headers: { accept: 'text/html' } })
const messages = async (query: string) =>
  (await get(`/logs?${query}`)).json().lines.map(({ message }: { message: string }) => message)

describe('GET /logs', () => {
  it('goes through all lines by its cursor, newest first', async () => {
    const seen: (number | undefined)[] = []
    for (let before = ''; ; ) {
      const { lines, next } = (await get(`/logs?limit=90${before}`)).json()
      seen.push(...lines.map(({ fields }: { fields: { n?: number } }) => fields.n))
      if (next === null) break
      before = `&before=${encodeURIComponent(next)}`
    }
    expect(seen).toEqual([undefined, undefined, undefined, ...Array.from({ length: 230 }, (_, n) => 230 - n)])
  })

  it('follows a request to what came of it, and narrows by level, text, job and time', async () => {
    expect(await messages('request=request-1')).toEqual(['<b>odd</b>', 'request'])
    expect(await messages('level=warning')).toEqual(['broken', '<b>odd</b>'])
    expect(await messages('text=INK')).toEqual(['broken'])
    expect(await messages('job=8')).toEqual(['broken'])
    expect(await messages('level=info&until=1h')).toEqual([])
    expect((await get('/logs?job=7')).json().lines[0]).toMatchObject({
      level: 'warning',
      program: 'web',
      request: null,
      job: '7',
      correlation: 'request-1',
      error: null,
    })
  })

  it.each(['level=loud', 'from=yesterday', 'before=x', 'limit=0', 'colour=red'])(
    'refuses %s',
    async (query) => {
      expect((await get(`/logs?${query}`)).statusCode).toBe(422)
    },
  )

  it('is for administrators, as its files and the clearing of them are', async () => {
    for (const url of ['/logs', '/logs/files', '/logs/lines'])
      expect((await get(url, as({ role: 'operator_manager' }))).statusCode).toBe(403)
    const clear = { method: 'POST', url: '/logs/clear', payload: { days: 1 } } as const
    expect((await test.app.inject({ ...clear, headers: as({ role: 'staff' }) })).statusCode).toBe(403)
  })
})

describe('The page of the log', () => {
  it('shows lines as text, with their errors, and leads to their request and job', async () => {
    const { body } = await page('/logs')
    expect(body).toContain('&lt;b>odd&lt;/b>')
    expect(body).not.toContain('<b>odd</b>')
    expect(body).toContain('Error: no ink')
    expect(body).toContain('href="/logs?request=request-1"')
    expect(body).toContain('href="/logs?job=7"')
    expect(body).toContain('hx-get="/logs/lines"')
    expect((await page('/logs?job=7')).body).toContain('href="/jobs/7"')
  })

  it('says that nothing matches, and does not go on by itself where one looks back', async () => {
    expect((await page('/logs?text=none+has+this')).body).toContain('No line matches')
    const { next } = (await get('/logs?limit=100')).json()
    const { body } = await page(`/logs?before=${encodeURIComponent(next)}`)
    expect(body).not.toContain('hx-get="/logs/lines')
    expect(body).toContain('>Newest<')
  })

  it('has a piece of its newest lines, by the same filter', async () => {
    const { body } = await get('/logs/lines?job=7')
    expect(body).toMatch(/^<div id="log-lines"/)
    expect(body).not.toContain('no ink')
  })
})

describe("The log's files", () => {
  it('are listed, and come as they are', async () => {
    const { files, count } = (await get('/logs/files')).json()
    expect(count).toBe(3)
    expect(files.map(({ end }: { end: string | null }) => end === null)).toEqual([true, false, false])
    const [, { name }] = files
    const answer = await get(`/logs/files/${name}`)
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="${name}"`)
    expect(answer.body).toBe(await readFile(join(folder, name), 'utf8'))
    expect((await page('/logs/files')).body).toContain(`href="/logs/files/${name}"`)
  })

  it.each(['..%2fsecret-key', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'notes.txt', 'x.current.log'])(
    'are only those of the log: %s is not found',
    async (name) => {
      const answer = await get(`/logs/files/${name}`)
      expect([answer.statusCode, answer.json().error]).toEqual([404, 'log_file_not_found'])
    },
  )

  it('are cleared by age, which compresses the others', async () => {
    const clear = (payload: object) => test.app.inject({ method: 'POST', url: '/logs/clear', payload })
    expect((await clear({ days: 0 })).statusCode).toBe(422)
    expect((await clear({ days: 30 })).json()).toEqual({ removed: 0 })
    expect((await readdir(folder)).filter((name) => name.endsWith('.log.gz'))).toHaveLength(2)
    expect(await messages('request=request-1')).toEqual(['<b>odd</b>', 'request'])
    const { files } = (await get('/logs/files')).json()
    const archive = await get(`/logs/files/${files[1].name}`)
    expect(archive.headers['content-type']).toBe('application/gzip')
  })
})
