import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesClient } from './testing/client.ts'
import { type FilesProgram, filesProgram } from './testing/program.ts'
import { payments } from './testing/samples.ts'
import { tidyFiles } from './tidy.ts'

let program: FilesProgram
let client: ReturnType<typeof filesClient>
let large: string
beforeAll(async () => {
  program = await filesProgram()
  client = filesClient(program.url)
  await program.startWorker()
  // A broken row at the end makes it read twice, and so take long enough to be stopped in the middle.
  large = `${[...payments(1_500_000)].join('')}broken\n`
})
afterAll(() => program.stop())

/** Ids of this process's children that profile a file. */
function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        return (
          Number(parent) === process.pid &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--input-type=module')
        )
      } catch {
        return false
      }
    })
}

async function inTheMiddle(): Promise<number> {
  const { body } = await client.send(large, 'large.csv')
  await client.until(body.id, 'Processing')
  while ((await client.one(body.id)).progress < 0.05) await setTimeout(10)
  expect(children()).toHaveLength(1)
  return body.id
}

describe.skipIf(process.platform !== 'linux')('A file in the middle of its work', () => {
  it('is stopped within 2 s by a cancel, and stays canceled', async () => {
    const id = await inTheMiddle()
    const asked = Date.now()
    expect((await client.remove(id)).body.status).toBe('Canceled')
    while (children().length > 0) await setTimeout(10)
    expect(Date.now() - asked).toBeLessThan(2_000)
    while ((await program.leftovers()).length > 0) await setTimeout(10)
    expect(await program.stored()).toEqual([])
    await setTimeout(1_500)
    expect(await client.one(id)).toMatchObject({ status: 'Canceled', report: null })
  })

  it('is stopped, too, when its worker never hears of the cancel but at its next progress', async () => {
    const id = await inTheMiddle()
    const { cancel } = program.context.jobs
    program.context.jobs.cancel = () => Promise.reject(new Error('The process died here.'))
    try {
      await client.remove(id)
    } finally {
      program.context.jobs.cancel = cancel
    }
    while (children().length > 0) await setTimeout(10)
    expect((await client.one(id)).status).toBe('Canceled')
  })

  it('is canceled with its job, by whom it may be', async () => {
    const id = await inTheMiddle()
    const { job_id } = await (await fetch(client.at(`${id}/`))).json()
    await program.context.jobs.cancel(job_id)
    await client.until(id, 'Canceled')
    expect(await program.stored()).toEqual([])
  })

  it('says so when its process is killed, and can be run again', async () => {
    const id = await inTheMiddle()
    execFileSync('kill', ['-9', ...children().map(String)])
    const file = await client.until(id, 'Error')
    expect(file.error).toMatch(/could not be processed, and not by its own fault/)
    const again = await fetch(client.at(`${id}/run/`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(again.status).toBe(202)
    expect((await client.until(id, 'Ok')).report).toMatchObject({ rows: 1_500_000, refused: 1 })
    expect(await program.leftovers()).toEqual([])
  })
})

describe('What crashes left is mended', () => {
  beforeAll(() => program.stopWorker())

  it('a file whose job was canceled before it began', async () => {
    const { body } = await client.send('a\n1\n')
    const { job_id } = await (await fetch(client.at(`${body.id}/`))).json()
    await program.context.jobs.cancel(job_id)
    expect((await client.one(body.id)).status).toBe('Waiting')
    expect((await tidyFiles(program.context)).settled).toBe(1)
    expect((await client.one(body.id)).status).toBe('Canceled')
  })

  it('a file whose job is gone', async () => {
    const { body } = await client.send('a\n1\n')
    await program.context.database.pool.query('update factotum.file set job_id = $1 where id = $2', [
      '987654',
      body.id,
    ])
    await tidyFiles(program.context)
    expect(await client.one(body.id)).toMatchObject({
      status: 'Error',
      error: expect.stringMatching(/Run the file again/),
    })
    await client.remove(body.id)
  })

  it('data that no file knows, an hour after it came; what is waited for stays', async () => {
    const { body } = await client.send('a\n1\n')
    const kept = await program.stored()
    await program.context.storage.put(
      'files/orphan',
      (async function* () {
        yield Buffer.from('x')
      })(),
    )
    expect((await tidyFiles(program.context)).orphans).toBe(0)
    expect((await tidyFiles(program.context, Date.now() + 3_700_000)).orphans).toBe(1)
    expect(await program.stored()).toEqual(kept)
    expect((await client.one(body.id)).status).toBe('Waiting')
  })
})
