import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseEvents, rejectCase } from '../../eventlog/testing/sample-events.ts'
import type { Role } from '../../platform/accounts/asker.ts'
import { as } from '../../platform/accounts/testing.ts'
import { type TestConsole, testConsole } from '../testing.ts'

let test: TestConsole
const account = '6f1f6a52-70a5-4a7c-9d0d-0d3c6a1f4b11'
beforeAll(async () => {
  test = await testConsole()
  const { events, database } = test.context
  events.registry.register('sample-events.ts', [rejectCase, caseEvents])
  await database.pool.query('insert into factotum.account (id, name, email) values ($1, $2, $3)', [
    account,
    'Ada Lovelace',
    'ada@example.org',
  ])
  await database.transaction(async ({ client }) => {
    const write = (id: string, notes: string, createdBy: string | null, correlationId?: string) =>
      events.process(client, { kind: 'case', id }, caseEvents, {
        code: 'CALL_STARTED',
        notes,
        createdBy,
        chosenBy: 'program',
        correlationId,
        context: { line: 3 },
      })
    for (let n = 1; n <= 60; n++) await write('XX-1', `call ${n}`, null)
    await write('XX-2', '<b>rang</b>', account, 'request-9')
    await write('XX-3', 'secret', 'an account that went')
    await events.erase(client, { kind: 'case', id: 'XX-3' }, { createdBy: null })
  })
})
afterAll(() => test.close())

const get = (url: string, headers = {}) => test.app.inject({ url, headers })
const page = (url: string) => test.app.inject({ url, headers: { accept: 'text/html' } })
const notes = async (query: string) =>
  (await get(`/events?${query}`)).json().events.map((event: { notes: string }) => event.notes)

describe('GET /event/{key}/', () => {
  it('answers the codes that the asker may choose, in order', async () => {
    const codes = async (role: Role | null) =>
      (await get('/event/reject_case/', as({ role }))).json().map(({ code }: { code: string }) => code)
    expect((await get('/event/reject_case/', as({ role: null }))).json()).toEqual([
      { code: 'MIS-OOS', description: 'Misdiagnosed, out of scope' },
    ])
    expect(await codes('staff')).toEqual(['MIS-OOS'])
    expect(await codes('specialist')).toEqual(['MIS-OOS', 'DUPL', 'COI'])
    expect(await codes('admin')).toEqual(['MIS-OOS', 'DUPL', 'COI', 'WAIT'])
    expect((await get('/event/case', as({ role: null }))).json()).toEqual([])
  })

  it('answers 404 for a key that there is not', async () => {
    const reply = await get('/event/reject/')
    expect([reply.statusCode, reply.json()]).toEqual([
      404,
      { error: 'event_unknown', message: 'There is no event "reject".' },
    ])
    expect((await get('/event/toString/')).statusCode).toBe(404)
  })
})

describe('GET /events', () => {
  it('goes through all of them by its cursor, newest first', async () => {
    const seen: number[] = []
    for (let before = ''; ; ) {
      const { events, next } = (await get(`/events?limit=25${before}`)).json()
      seen.push(...events.map(({ id }: { id: number }) => id))
      if (next === null) break
      before = `&before=${next}`
    }
    expect(seen).toHaveLength(63)
    expect(seen).toEqual([...seen].sort((a, b) => b - a))
  })

  it('narrows by subject, key, code, who, request, level and time', async () => {
    expect(await notes('subject=case+XX-2')).toEqual(['<b>rang</b>'])
    expect(await notes('subject=file')).toEqual([])
    expect(await notes('key=event_log')).toEqual([''])
    expect(await notes('key=case&code=CASE_VIEWED')).toEqual([])
    expect(await notes(`by=${account}`)).toEqual(['<b>rang</b>'])
    expect(await notes('by=program&limit=1000')).toHaveLength(61)
    expect(await notes('request=request-9')).toEqual(['<b>rang</b>'])
    expect(await notes('level=HIGH&limit=1000')).toHaveLength(63)
    expect(await notes('from=1h&limit=1000')).toHaveLength(63)
    expect(await notes('until=1h')).toEqual([])
    expect(await notes('from=2100-01-01')).toEqual([])
    expect(await notes('until=2100-01-01&limit=1000')).toHaveLength(63)
    expect(await notes('from=2000-01-01&until=2100-01-01&subject=case+XX-2')).toEqual(['<b>rang</b>'])
  })

  it.each(['level=LOUD', 'from=yesterday', 'before=x', 'limit=0', 'who=ada'])(
    'refuses %s with what is allowed',
    async (query) => {
      const reply = await get(`/events?${query}`)
      expect(reply.statusCode).toBe(422)
      expect(reply.json().error).toBe('invalid')
    },
  )
})

describe('The page /events', () => {
  it('tells what happened to what by whom, and escapes what people wrote', async () => {
    const html = (await page('/events')).body
    expect(html).toContain('Call begun')
    expect(html).toContain('Ada Lovelace')
    expect(html).toContain('&lt;b>rang&lt;/b>')
    expect(html).toContain('an account that is gone')
    expect(html).toContain('Notes and details were erased.')
    expect(html).not.toContain('secret')
    expect(html).toContain('href="/events?request=request-9"')
  })

  it('goes on behind its cursor, and says where it ends', async () => {
    const html = (await page('/events')).body
    const next = /href="(\/events\?before=\d+)" rel="next"/.exec(html)?.[1] ?? ''
    const older = (await page(next)).body
    expect(older).toContain('call 1<')
    expect(older).toContain('This is the end of the list')
  })

  it('keeps its filter in form and address, and says when nothing matches', async () => {
    const html = (await page('/events?subject=case+XX-2&level=HIGH')).body
    expect(html).toContain('value="case XX-2"')
    expect(html).toContain('name="level" value="HIGH"')
    expect((await page('/events?key=nope')).body).toContain('No event matches')
  })
})
