import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFile } from './find.ts'
import { giveUpFile } from './give-up.ts'
import { filesClient } from './testing/client.ts'
import { type FilesProgram, filesProgram } from './testing/program.ts'
import { tidyFiles } from './tidy.ts'

let program: FilesProgram
let client: ReturnType<typeof filesClient>
/** Where copies of reports are wanted. */
let outputs: string
beforeAll(async () => {
  outputs = await mkdtemp(join(tmpdir(), 'factotum-outputs-'))
  const environment = { OUTPUT_ROOTS: outputs, OUTPUT_FOLDER: join(outputs, 'reports') }
  program = await filesProgram({ environment })
  client = filesClient(program.url)
})
afterAll(async () => {
  await program.stop()
  await rm(outputs, { recursive: true })
})

/** The codes of a file's events, oldest first. */
async function codes(id: number): Promise<string[]> {
  const { events } = await program.context.events.readSubject({ kind: 'file', id: String(id) })
  return events.map(({ code }) => code).reverse()
}

const runAgain = (id: number) =>
  fetch(client.at(`${id}/run/`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })

describe("The event log has a file's life", () => {
  it('given up before anybody worked on it, by whoever did it', async () => {
    const { body } = await client.send('a\n1\n', 'short.csv')
    const file = await findFile(program.context, String(body.id))
    await giveUpFile(program.context, file, { createdBy: 'ada', correlationId: 'r-7' })
    expect(await codes(body.id)).toEqual(['UPLOADED', 'CANCELED'])
    const { events } = await program.context.events.readSubject({ kind: 'file', id: String(body.id) })
    expect(events).toMatchObject([
      { createdBy: 'ada', correlationId: 'r-7', context: { name: 'short.csv' } },
      { createdBy: 'a-admin', context: { name: 'short.csv', size: 4 } },
    ])
  })

  it('refused: an event less', async () => {
    const { body } = await client.send('a\n1\n')
    await client.remove(body.id)
    expect((await client.remove(body.id)).status).toBe(409)
    expect((await runAgain(body.id)).status).toBe(409)
    expect(await codes(body.id)).toEqual(['UPLOADED', 'CANCELED'])
  })

  it('when its job was canceled, or is gone', async () => {
    const canceled = (await client.send('a\n1\n')).body.id
    const gone = (await client.send('a\n1\n')).body.id
    const { job_id } = await (await fetch(client.at(`${canceled}/`))).json()
    await program.context.jobs.cancel(job_id)
    await program.context.database.pool.query('update factotum.file set job_id = $1 where id = $2', [
      '987654',
      gone,
    ])
    await tidyFiles(program.context)
    expect(await codes(canceled)).toEqual(['UPLOADED', 'CANCELED'])
    expect(await codes(gone)).toEqual(['UPLOADED', 'FAILED'])
  })

  it('processed, processed again, and removed, each by the request that asked for it', async () => {
    await program.startWorker()
    const { body } = await client.send('a,b\n1,2\n')
    await client.until(body.id, 'Ok')
    const copy = join(outputs, 'reports', 'files', `${body.id}-report.json`)
    await expect.poll(() => readFile(copy, 'utf8').catch(() => '')).toMatch(/^\{.*"columns":\[.*\]\}$/)
    const report = await (await fetch(client.at(`${body.id}/report/`))).json()
    expect(JSON.parse(await readFile(copy, 'utf8'))).toEqual(report)
    expect((await runAgain(body.id)).status).toBe(202)
    await client.until(body.id, 'Ok')
    await client.remove(body.id)
    expect(await codes(body.id)).toEqual(['UPLOADED', 'PROCESSED', 'RUN_AGAIN', 'PROCESSED', 'REMOVED'])
    const { events } = await program.context.events.readSubject({ kind: 'file', id: String(body.id) })
    const [removed, again, ran, first, uploaded] = events.map(({ correlationId }) => correlationId)
    expect([again, first]).toEqual([ran, uploaded])
    expect(new Set([removed, ran, uploaded]).size).toBe(3)
  })

  it('failed, with why', async () => {
    const { body } = await client.send('')
    const { error } = await client.until(body.id, 'Error')
    expect(await codes(body.id)).toEqual(['UPLOADED', 'FAILED'])
    const { events } = await program.context.events.readSubject({ kind: 'file', id: String(body.id) })
    expect(events[0]).toMatchObject({ level: 'MODERATE', context: { error } })
  })
})
