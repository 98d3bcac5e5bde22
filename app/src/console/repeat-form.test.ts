import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as, askerFor } from '../platform/accounts/testing.ts'
import { guard } from '../platform/http/index.ts'
import { type TestConsole, testConsole } from './testing.ts'

let test: TestConsole
let taken: unknown[] = []

beforeAll(async () => {
  test = await testConsole()
  const config = { guard: guard.signedIn }
  test.app.post('/notes', { config }, ({ body }) => taken.push(body))
  test.app.post('/uploads', { config: { ...config, fileField: 'picture' } }, async (request) => {
    for await (const part of request.parts()) taken.push(part.fieldname)
    return 'kept'
  })
})
afterAll(() => test.close())

const headers = { host: 'localhost', accept: 'text/html', ...as({ via: 'session', session: 's-1' }) }

function send(fields: [string, string][], more = {}) {
  taken = []
  return test.app.inject({
    method: 'POST',
    url: '/notes?about=7',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', ...more },
    payload: new URLSearchParams(fields).toString(),
  })
}

/** The fields of the repeated form on a page. */
function fieldsOf(html: string): [string, string][] {
  const form = /<form[^>]* class="repeat-form"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const fields = form.matchAll(/<input(?:[^>"]|"[^"]*")*>|<textarea[^>]*>([\s\S]*?)<\/textarea>/g)
  return [...fields].map(([tag, text]): [string, string] => [
    attribute(tag, 'name'),
    unescaped(text ?? attribute(tag, 'value')),
  ])
}

const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

describe('A form that was not taken', () => {
  it('comes back with what was typed and a token that holds', async () => {
    const typed: [string, string][] = [
      ['title', 'Fish & <chips>'],
      ['tag', 'a'],
      ['tag', 'b'],
      ['note', 'One line\nand another'],
    ]
    const refused = await send([['_csrf', 'x-y-z'], ...typed])
    expect([refused.statusCode, taken]).toEqual([403, []])
    expect(refused.payload).toContain('action="/notes?about=7"')
    expect(refused.payload).not.toContain('<chips>')

    const again = fieldsOf(refused.payload)
    expect((await send(again)).statusCode).toBe(200)
    expect(taken).toEqual([{ title: 'Fish & <chips>', tag: ['a', 'b'], note: 'One line\nand another' }])
  })

  it('does not show a password again', async () => {
    const { payload } = await send([['new_password', 'horse staple']])
    expect(payload).not.toContain('horse')
    expect(payload).toMatch(/<input[^>]*name="new_password"[^>]*type="password"/)
  })

  it('asks for its file again', async () => {
    const refused = await test.app.inject({
      method: 'POST',
      url: '/uploads',
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
      payload: '--b\r\ncontent-disposition: form-data; name="picture"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    })
    expect([refused.statusCode, taken]).toEqual([403, []])
    expect(refused.payload).toMatch(/<form[^>]*action="\/uploads"[^>]*enctype="multipart\/form-data"/i)
    expect(refused.payload).toMatch(/<input[^>]*type="file"[^>]*name="picture"/)
    expect(fieldsOf(refused.payload)[0]?.[0]).toBe('_csrf')
  })

  it('sent by htmx is answered with a notice, and a fresh token for the page', async () => {
    const refused = await send([['title', 'x']], { 'hx-request': 'true' })
    expect(refused.statusCode).toBe(403)
    expect(refused.headers['hx-retarget']).toBe('#notices')
    expect(refused.payload).toContain('role="alert"')
    const fresh = String(refused.headers['x-csrf-token'])
    expect((await send([['title', 'x']], { 'x-csrf-token': fresh })).statusCode).toBe(200)
  })

  it('is JSON for a program', async () => {
    const refused = await send([['title', 'x']], { accept: 'application/json' })
    expect(refused.json().error).toBe('csrf')
    expect(refused.headers['x-csrf-token']).toBeUndefined()
  })
})

describe('Every form and page of a session', () => {
  const page = async (url: string) => (await test.app.inject({ url, headers })).payload

  it('carries a token', async () => {
    const { jobs } = test.context
    const { id } = await jobs.define('waits', { queue: 'nobody' }).delay()
    for (const url of ['/', '/jobs', `/jobs/${id}`, '/queues', '/schedules', '/jobs/bulk?action=cancel']) {
      const html = await page(url)
      expect(html).toMatch(/<meta name="csrf-token" content="[\w-]+"/)
      for (const [form] of html.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)) {
        if (form.includes('action="/theme"')) continue
        expect(form).toMatch(/<input type="hidden" name="_csrf" value="[\w-]+" autocomplete="off"/)
      }
    }
    const token = /csrf-token" content="([^"]+)"/.exec(await page('/'))?.[1] ?? ''
    expect((await send([['a', '1']], { 'x-csrf-token': token })).statusCode).toBe(200)
  })

  it('shows no token to who comes by a key or as nobody', async () => {
    for (const shown of [as({ via: 'key' }), { 'x-test-asker': 'nobody' }]) {
      const html = (await test.app.inject({ url: '/nowhere', headers: { ...headers, ...shown } })).payload
      expect(html).not.toMatch(/csrf-token|_csrf/)
    }
    expect(test.app.formToken(askerFor({ via: 'key' }))).toBeNull()
  })
})
