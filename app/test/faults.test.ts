import { openAsBlob, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeDonors } from './donors.ts'
import { cursorNow, eventsFrom } from './live-events.ts'
import { type RunningProgram, startProgram } from './program.ts'
import { followLink, type Session } from './sign-in.ts'

const rows = 1_500_000

/** A file as `GET /processing_file/{id}/` answers it. */
interface Answer {
  id: number
  status: string
  progress: number
  error: string | null
  report: { rows: number } | null
}

let csv: string
let samples: string
let home: string
/** What a test kills it starts again. */
let web: RunningProgram
let worker: RunningProgram
let who: Session

beforeAll(async () => {
  samples = await mkdtemp(join(tmpdir(), 'factotum-samples-'))
  csv = join(samples, 'donors.csv')
  await writeDonors(csv, rows)
  home = await mkdtemp(join(tmpdir(), 'factotum-faults-'))
  web = await startProgram(['web'], { FACTOTUM_HOME: home })
  worker = await startProgram(['worker'], { FACTOTUM_HOME: home })
  who = await followLink(await web.firstLink())
})
afterAll(async () => {
  await Promise.all([worker?.stop(), web?.stop()])
  for (const folder of [samples, home]) if (folder) await rm(folder, { recursive: true })
})

async function upload(): Promise<number> {
  const body = new FormData()
  body.set('file', await openAsBlob(csv), 'donors.csv')
  const answer = await fetch(`${web.url}/processing_file/`, {
    method: 'POST',
    body,
    headers: { accept: 'application/json', ...who },
  })
  expect(answer.status).toBe(201)
  const { id }: Answer = JSON.parse(await answer.text())
  return id
}

/** Null while the server cannot answer. */
async function file(id: number): Promise<Answer | null> {
  try {
    const answer = await fetch(`${web.url}/processing_file/${id}/`, {
      headers: { accept: 'application/json', ...who },
    })
    return answer.ok ? JSON.parse(await answer.text()) : null
  } catch {
    return null
  }
}

async function until(id: number, holds: (file: Answer) => boolean): Promise<Answer> {
  const deadline = Date.now() + 100_000
  for (;;) {
    const found = await file(id)
    if (found && holds(found)) return found
    if (Date.now() > deadline)
      throw new Error(`The file stays so: ${JSON.stringify(found)}\n${worker.output()}`)
    await pause(50)
  }
}

const inTheMiddle = (id: number) =>
  until(id, ({ status, progress }) => status === 'Processing' && progress > 0)
const over = (id: number) => until(id, ({ status }) => !['Waiting', 'Processing'].includes(status))

/** What the file's watchers were told in the end: each outcome, whatever happened in between. */
async function outcomes(cursor: string, id: number): Promise<unknown[]> {
  const events = await eventsFrom(web.url, who, cursor, ({ type }) => type === 'complete')
  return events.flatMap(({ type, subject, detail }) =>
    type === 'process-result' && subject === `file:${id}` ? [detail.status] : [],
  )
}

/** What runs below a process. */
const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

const lives = (pid: number) => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function databasePid(): Promise<number> {
  const [pid] = (await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')
  return Number(pid)
}

describe('In the middle of a file, kill -9 of', { timeout: 180_000 }, () => {
  it('the worker: another one begins anew, and the file ends Ok, once', async () => {
    const cursor = await cursorNow(web.url, who)
    const id = await upload()
    await inTheMiddle(id)
    const children = childrenOf(worker.pid)
    expect(children.length).toBeGreaterThan(0)
    await worker.kill()
    await expect.poll(() => children.filter(lives), { timeout: 20_000 }).toEqual([])
    worker = await startProgram(['worker'], { FACTOTUM_HOME: home })
    expect(await over(id)).toMatchObject({ status: 'Ok', error: null, report: { rows } })
    expect(await outcomes(cursor, id)).toEqual(['success'])
  })

  it('the web server: the file goes on, and the next server shows it', async () => {
    const cursor = await cursorNow(web.url, who)
    const id = await upload()
    await inTheMiddle(id)
    await web.kill()
    web = await startProgram(['web'], { FACTOTUM_HOME: home })
    expect(await over(id)).toMatchObject({ status: 'Ok', error: null, report: { rows } })
    expect(await outcomes(cursor, id)).toEqual(['success'])
  })

  it('the database: it is recovered, and the file ends Ok, once', async () => {
    const cursor = await cursorNow(web.url, who)
    const id = await upload()
    await inTheMiddle(id)
    process.kill(await databasePid(), 'SIGKILL')
    expect(await over(id)).toMatchObject({ status: 'Ok', error: null, report: { rows } })
    expect(await outcomes(cursor, id)).toEqual(['success'])
  })

  it('everything at once: after the next start the file ends Ok, once', async () => {
    const cursor = await cursorNow(web.url, who)
    const id = await upload()
    await inTheMiddle(id)
    process.kill(await databasePid(), 'SIGKILL')
    await Promise.all([worker.kill(), web.kill()])
    web = await startProgram(['web'], { FACTOTUM_HOME: home })
    worker = await startProgram(['worker'], { FACTOTUM_HOME: home })
    expect(await over(id)).toMatchObject({ status: 'Ok', error: null, report: { rows } })
    expect(await outcomes(cursor, id)).toEqual(['success'])
  })
})
