import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesClient } from './testing/client.ts'
import { type FilesProgram, filesProgram } from './testing/program.ts'

let program: FilesProgram
let client: ReturnType<typeof filesClient>
beforeAll(async () => {
  program = await filesProgram()
  client = filesClient(program.url)
})
afterAll(() => program.stop())

describe('A file that was handed in', () => {
  it('waits, and is answered with its id as soon as it is safe on disk', async () => {
    const { status, body } = await client.send('a,b\n1,2\n', 'Années 2026.csv')
    expect(status).toBe(201)
    expect(body).toEqual({ id: expect.any(Number), filename: 'Années 2026.csv', status: 'Waiting' })
    expect(await program.stored()).toHaveLength(1)
    expect(await client.one(body.id)).toMatchObject({ status: 'Waiting', progress: 0, report: null })
    expect((await client.remove(body.id)).body.status).toBe('Canceled')
  })

  it('is answered with a message that removes itself where htmx sent it, and a page where a form did', async () => {
    const send = (headers: Record<string, string>) => {
      const form = new FormData()
      form.append('file', new Blob(['a,b\n1,2\n']), '<b>x.csv')
      return fetch(client.at(''), { method: 'POST', body: form, headers, redirect: 'manual' })
    }
    const fragment = await send({ 'hx-request': 'true', accept: 'text/html' })
    const html = await fragment.text()
    expect(fragment.status).toBe(200)
    expect(html).toContain('remove-me="6s"')
    expect(html).toContain('&lt;b>x.csv was accepted')
    const plain = await send({ accept: 'text/html' })
    expect([plain.status, plain.headers.get('location')]).toEqual([303, '/files'])
  })

  it('keeps only the last part of its name, without what could mislead', async () => {
    const names = ['../../etc/pass\u202ewd.csv', 'C:\\data\\ä.csv', '\u0000\u0007.csv']
    const filenames = []
    for (const name of names) filenames.push((await client.send('a\n1\n', name)).body.filename)
    expect(filenames).toEqual(['passwd.csv', 'ä.csv', expect.stringMatching(/^[^\p{Cc}]+$/u)])
  })
})

describe('Canceling and removing', () => {
  it('cancels what waits, and deletes its data', async () => {
    const before = await program.stored()
    const { body } = await client.send('a,b\n1,2\n')
    expect(await client.remove(body.id)).toEqual({
      status: 200,
      body: { id: body.id, filename: 'table.csv', status: 'Canceled' },
    })
    expect((await program.stored()).sort()).toEqual(before.sort())
  })

  it('answers 409 for what has been given up already', async () => {
    const { body } = await client.send('a,b\n1,2\n')
    await client.remove(body.id)
    const again = await client.remove(body.id)
    expect(again.status).toBe(409)
    expect(again.body.message).toBe('table.csv is already canceled: there is nothing left to stop or remove.')
  })

  for (const id of ['987654321', 'abc', '1.5', '-1', '0', '99999999999999999999', '1%00', '%F0'])
    it(`answers 404 or 400, never 500, for the id ${id}`, async () => {
      for (const [method, path] of [
        ['DELETE', `${id}/`],
        ['GET', `${id}/`],
        ['GET', `${id}/detail/`],
        ['GET', `${id}/report/`],
        ['POST', `${id}/delete/`],
      ] as const) {
        const { status } = await fetch(client.at(path), { method })
        expect(status).toBe(id === '%F0' ? 400 : 404)
      }
    })

  it('is a form for browsers without JavaScript', async () => {
    const { body } = await client.send('a,b\n1,2\n')
    const answer = await fetch(client.at(`${body.id}/delete/`), {
      method: 'POST',
      headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      redirect: 'manual',
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/files'])
    expect((await client.one(body.id)).status).toBe('Canceled')
  })
})

describe('With a worker', () => {
  beforeAll(() => program.startWorker())

  it('a file becomes a report', async () => {
    const { body } = await client.send('name;amount\nAda;1\nBob;2\nBob;2\nbroken\n')
    const file = await client.until(body.id, 'Ok')
    expect(file).toMatchObject({ progress: 1, error: null, handling_time: expect.any(Number) })
    expect(file.report).toMatchObject({
      rows: 3,
      duplicates: 1,
      refused: 1,
      refused_rows: [{ line: 5, reason: 'has 1 cell instead of 2' }],
      reading: { encoding: 'utf-8', delimiter: ';', quote: '"', header: true },
      columns: [
        { name: 'name', type: 'text', distinct: 2 },
        { name: 'amount', type: 'integer', distinct: 2 },
      ],
    })
    // Others that were handed in before may still be read.
    await expect.poll(() => program.leftovers()).toEqual([])
  })

  it('a file that cannot be read says why, and the queue goes on', async () => {
    const empty = await client.send('')
    const good = await client.send('a\n1\n')
    const failed = await client.until(empty.body.id, 'Error')
    expect(failed.error).toBe('The file is empty: it has no bytes. Send one with a table.')
    expect((await fetch(client.at(`${failed.id}/report/`))).status).toBe(409)
    await client.until(good.body.id, 'Ok')
  })

  it('its detail is a popup for htmx, a page for browsers, also once it is removed', async () => {
    const { body } = await client.send('name,amount\nsecret,1\n', 'detail.csv')
    await client.until(body.id, 'Ok')
    const detail = async (headers: Record<string, string> = {}) => {
      const answer = await fetch(client.at(`${body.id}/detail/`), { headers })
      return { status: answer.status, html: await answer.text() }
    }
    const popup = await detail({ 'hx-request': 'true', accept: 'text/html' })
    expect(popup.html).toMatch(/^<dialog[^>]*>.*detail\.csv.*secret/s)
    const page = await detail({ accept: 'text/html' })
    expect(page.html).toMatch(/^<!doctype html>.*detail\.csv.*secret/s)

    expect((await client.remove(body.id)).body.status).toBe('Removed')
    const removed = await detail({ accept: 'text/html' })
    expect(removed.status).toBe(200)
    expect(removed.html).toContain('It was removed.')
    expect(removed.html).toContain('It had 1 row in 2 columns.')
    expect(removed.html).not.toContain('secret')
    expect((await client.one(body.id)).report).toBeNull()
    expect((await client.remove(body.id)).status).toBe(409)
  })

  it('can be run again as a person says', async () => {
    const { body } = await client.send("a|b\n1|'x|y'\n")
    await client.until(body.id, 'Ok')
    const run = (fields: object) =>
      fetch(client.at(`${body.id}/run/`), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      })
    const again = await run({ delimiter: '|', quote: 'none', header: false, encoding: 'windows-1252' })
    expect(again.status).toBe(202)
    const file = await client.until(body.id, 'Ok')
    expect(file.report).toMatchObject({
      rows: 1,
      refused: 1,
      reading: { encoding: 'windows-1252', delimiter: '|', quote: null, header: false },
    })
    const wrong = await run({ delimiter: ';;' })
    expect(wrong.status).toBe(422)
    expect((await wrong.json()).message).toMatch(/delimiter must be one character/)
    await client.remove(body.id)
    const gone = await run({})
    expect([gone.status, (await gone.json()).error]).toEqual([409, 'file_data_gone'])
  })

  it('shows formulas as the text they are', async () => {
    const { body } = await client.send('a,b\n=1+1,@x\n-5,+cmd\n')
    const { report } = await client.until(body.id, 'Ok')
    expect(report?.first_rows).toEqual([
      ['=1+1', '@x'],
      ['-5', '+cmd'],
    ])
  })

  it('tells the bus of every step, and 1 only at the end', async () => {
    const events: { type: string; detail: unknown; subject: string | null }[] = []
    const subscription = await program.context.live.subscribe(
      { topics: ['files'] },
      { events: (batch) => void events.push(...batch), reset() {} },
    )
    const { body } = await client.send('a\n1\n', 'steps.csv')
    await client.until(body.id, 'Ok')
    const mine = () => events.filter(({ subject }) => subject === `file:${body.id}`)
    while (mine().at(-1)?.type !== 'complete') await setTimeout(10)
    subscription.close()
    const types = mine().map(({ type }) => type)
    expect(types.filter((type) => type !== 'progress')).toEqual([
      'process-start',
      'processing',
      'process-result',
      'complete',
    ])
    expect(types.slice(-3)).toEqual(['process-result', 'progress', 'complete'])
    const values = mine().flatMap(({ type, detail }) =>
      type === 'progress' && typeof detail === 'object' && detail && 'value' in detail ? [detail.value] : [],
    )
    expect(values.at(-1)).toBe(1)
    expect(values.slice(0, -1).every((value) => typeof value === 'number' && value < 1)).toBe(true)
  })
})

describe('The list', () => {
  it('is the newest first, in pages', async () => {
    for (let sent = 0; sent < 3; sent++) await client.send('a\n1\n', `list-${sent}.csv`)
    const page = async (query: string) => (await fetch(`${program.url}/processing_file/?${query}`)).json()
    const first = await page('limit=2')
    expect(first.files.map(({ filename }: { filename: string }) => filename)).toEqual([
      'list-2.csv',
      'list-1.csv',
    ])
    const second = await page(`limit=1&before=${first.next}`)
    expect(second.files[0].filename).toBe('list-0.csv')
    expect((await fetch(`${program.url}/processing_file/?limit=0`)).status).toBe(422)
  })

  it('is a page that works without JavaScript, and pieces that replace themselves', async () => {
    const html = async (path: string) => {
      const answer = await fetch(`${program.url}${path}`, { headers: { accept: 'text/html' } })
      return { status: answer.status, text: await answer.text() }
    }
    const { body } = await client.send('a\n1\n', 'page.csv')
    const page = await html('/files')
    expect(page.text).toMatch(/<form[^>]*action="\/processing_file\/"[^>]*enctype="multipart\/form-data"/i)
    expect(page.text).toContain(`id="file-${body.id}"`)
    expect((await html(`/files/${body.id}/row`)).text).toMatch(/^<tr id="file-/)
    const fresh = await html(`/files/new?after=${body.id - 1}`)
    expect(fresh.text).toMatch(new RegExp(`^<tr id="file-${body.id}".*hx-swap-oob="true"`, 's'))
    expect((await html('/files/list')).text).toContain('page.csv')
  })
})
