import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { errors as platformErrors } from '../../platform/errors/index.ts'
import { filesClient } from './testing/client.ts'
import { type FilesProgram, filesProgram } from './testing/program.ts'

const limit = 300_000
let program: FilesProgram
let client: ReturnType<typeof filesClient>
beforeAll(async () => {
  program = await filesProgram({ maxUploadBytes: limit })
  client = filesClient(program.url)
})
afterAll(() => program.stop())

let before: string[]
beforeEach(async () => {
  before = await program.stored()
})
/** Nothing came to the disk that was not there before, and no row. */
async function nothingKept() {
  expect((await program.stored()).sort()).toEqual(before.sort())
  expect(await program.leftovers()).toEqual([])
}

async function post(form: FormData, headers: Record<string, string> = {}) {
  const response = await fetch(client.at(''), { method: 'POST', body: form, headers })
  return { status: response.status, text: await response.text() }
}

describe('What is no table of text is refused as 415 and not kept', () => {
  const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from('xl/workbook.xml')])
  const cases: [string, Buffer | string, string, RegExp][] = [
    ['an .xlsx renamed', zip, 'text/csv', /Excel.*Save the sheet as CSV/],
    ['a PDF', '%PDF-1.7 and so on', 'text/csv', /it is a PDF/],
    [
      'a binary called .csv',
      Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 37) % 256)),
      'text/csv',
      /no text/,
    ],
    ['a picture, declared as one', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'image/png', /picture/],
    ['text that is declared as something else', '{"a": 1}', 'application/json', /text\/csv/],
    ['a gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'text/csv', /gzip.*Unpack/],
    [
      'what turns out binary after a megabyte of nothing wrong',
      Buffer.concat([Buffer.from('a,b\n'), Buffer.alloc(200_000, 1)]),
      'text/csv',
      /no text/,
    ],
  ]
  for (const [what, content, type, reason] of cases)
    it(what, async () => {
      const { status, body } = await client.send(content, 'x.csv', type)
      expect([status, body.error]).toEqual([415, 'not_a_table'])
      expect(body.message).toMatch(reason)
      await nothingKept()
    })

  it('but a table whose first name looks like another kind of file is one', async () => {
    for (const content of ['BZh,PAR\n1,2\n', 'PAR1,x\n1,2\n', 'GIF8,x\n1,2\n'])
      expect((await client.send(content)).status).toBe(201)
  })
})

describe('A form that is not right is refused and leaves nothing', () => {
  it('without a file', async () => {
    const empty = new FormData()
    empty.append('other', 'x')
    const other = new FormData()
    other.append('document', new Blob(['a\n1\n']), 'a.csv')
    const unnamed = new FormData()
    unnamed.append('file', 'just text')
    for (const form of [empty, other, unnamed]) {
      const { status, text } = await post(form)
      expect([status, JSON.parse(text).error]).toEqual([422, 'file_missing'])
    }
    await nothingKept()
  })

  it('with two files', async () => {
    const form = new FormData()
    form.append('file', new Blob(['a\n1\n']), 'a.csv')
    form.append('file', new Blob(['b\n1\n']), 'b.csv')
    const { status, text } = await post(form)
    expect([status, JSON.parse(text).error]).toEqual([422, 'several_files'])
    await nothingKept()
  })

  it('with a file that is too large', async () => {
    const { status, body } = await client.send(`a,b\n${'1,2\n'.repeat(limit / 4)}`)
    expect([status, body.error]).toEqual([413, 'too_large'])
    await nothingKept()
  })

  it('as something that is no form', async () => {
    const response = await fetch(client.at(''), {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'a,b\n1,2\n',
    })
    expect(response.status).toBe(415)
    await nothingKept()
  })

  it('and htmx gets the reason as a notice that stays', async () => {
    const form = new FormData()
    form.append('file', new Blob(['PK\x03\x04']), 'a.csv')
    const { status, text } = await post(form, { 'hx-request': 'true', accept: 'text/html' })
    expect(status).toBe(415)
    expect(text).toContain('role="alert"')
    expect(text).toContain('a.csv is not accepted')
    expect(text).not.toContain('remove-me')
  })
})

describe('An upload that is cut off half-way leaves nothing', () => {
  const head =
    '--x\r\ncontent-disposition: form-data; name="file"; filename="cut.csv"\r\ncontent-type: text/csv\r\n\r\na,b\n'

  it('when the client goes', async () => {
    const { port } = new URL(program.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST /processing_file/ HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 200000\r\n\r\n${head}${'1,2\n'.repeat(20_000)}`,
    )
    while ((await program.leftovers()).length === 0) await setTimeout(10)
    socket.destroy()
    while ((await program.leftovers()).length > 0) await setTimeout(10)
    await nothingKept()
  })

  it('when the form ends too early', async () => {
    const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const sending = request(
        client.at(''),
        { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
        async (response) => {
          let body = ''
          for await (const chunk of response) body += chunk
          resolve({ status: response.statusCode ?? 0, body })
        },
      )
      sending.on('error', reject)
      sending.end(`${head}1,2\n`)
    })
    expect([status, JSON.parse(body).error]).toEqual([400, 'file_cut_off'])
    await nothingKept()
  })
})

describe('When the disk is full', () => {
  it('the client hears it, and no row is made', async () => {
    const { put } = program.context.storage
    program.context.storage.put = async (_key, data) => {
      for await (const _chunk of data) throw platformErrors.fail('storage_full')
      throw new Error('There was no data.')
    }
    try {
      const { status, body } = await client.send('a\n1\n')
      expect([status, body.error]).toEqual([507, 'storage_full'])
    } finally {
      program.context.storage.put = put
    }
    expect((await client.send('a\n1\n')).status).toBe(201)
  })
})

describe('When the database fails after the bytes are stored', () => {
  it('they are removed again', async () => {
    const { transaction } = program.context.database
    program.context.database.transaction = () => Promise.reject(new Error('No.'))
    try {
      expect((await client.send('a\n1\n')).status).toBe(500)
    } finally {
      program.context.database.transaction = transaction
    }
    await nothingKept()
  })
})
