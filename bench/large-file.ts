// `npm run bench:file`: what a 200 MB file costs the others. The web server is asked for its health all the while.
import { openAsBlob, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { writeDonors } from '../app/test/donors.ts'
import { type RunningProgram, startProgram } from '../app/test/program.ts'
import { followLink, type Session } from '../app/test/sign-in.ts'

const rows = 3_600_000
const rounds = 3

const folder = await mkdtemp(join(tmpdir(), 'factotum-bench-'))
try {
  const csv = join(folder, 'donors.csv')
  await writeDonors(csv, rows)
  const { size } = await stat(csv)
  console.log(`A file of ${(size / 1e6).toFixed(0)} MB, ${rows.toLocaleString('en')} rows; ${rounds} rounds.`)
  for (let round = 1; round <= rounds; round++) await measure(csv, join(folder, `home-${round}`))
} finally {
  await rm(folder, { recursive: true })
}

async function measure(csv: string, home: string): Promise<void> {
  const web = await startProgram(['web'], { FACTOTUM_HOME: home })
  const worker = await startProgram(['worker'], { FACTOTUM_HOME: home })
  try {
    const who = await followLink(await web.firstLink())
    const before = memory(web.pid)
    const health = askHealth(web)
    const id = await upload(web, who, csv)
    const handled = await until(web, who, id, ({ status }) => status === 'Ok')
    const { p50, p99, asked } = await health.stop()
    console.log(
      [
        `handled in ${handled.handling_time} s`,
        `GET /health meanwhile p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${asked} asked)`,
        `web process ${before.now} MB before, ${memory(web.pid).peak} MB at its peak`,
        `cancel ${await cancel(web, who, worker, csv)} ms until the status and the end of the work`,
      ].join('; '),
    )
  } finally {
    await worker.stop()
    await web.stop()
  }
}

/** Asks every 20 ms, one after the other. */
function askHealth({ url }: RunningProgram) {
  const took: number[] = []
  let going = true
  const done = (async () => {
    while (going) {
      const began = performance.now()
      await (await fetch(`${url}/health`)).text()
      took.push(performance.now() - began)
      await pause(20)
    }
  })()
  return {
    async stop() {
      going = false
      await done
      took.sort((a, b) => a - b)
      const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
      return { p50: at(0.5), p99: at(0.99), asked: took.length }
    },
  }
}

async function upload({ url }: RunningProgram, who: Session, csv: string): Promise<number> {
  const body = new FormData()
  body.set('file', await openAsBlob(csv), 'donors.csv')
  const headers = { accept: 'application/json', ...who }
  const answer = await fetch(`${url}/processing_file/`, { method: 'POST', body, headers })
  const { id }: { id: number } = JSON.parse(await answer.text())
  return id
}

interface Answer {
  status: string
  progress: number
  handling_time: number | null
}

async function until(
  web: RunningProgram,
  who: Session,
  id: number,
  holds: (file: Answer) => boolean,
): Promise<Answer> {
  const headers = { accept: 'application/json', ...who }
  for (;;) {
    const file: Answer = JSON.parse(
      await (await fetch(`${web.url}/processing_file/${id}/`, { headers })).text(),
    )
    if (holds(file)) return file
    if (file.status === 'Error') throw new Error(JSON.stringify(file))
    await pause(25)
  }
}

/** Milliseconds from asking until the file is `Canceled` and its process is gone. */
async function cancel(
  web: RunningProgram,
  who: Session,
  worker: RunningProgram,
  csv: string,
): Promise<string> {
  const id = await upload(web, who, csv)
  await until(web, who, id, ({ status, progress }) => status === 'Processing' && progress > 0.1)
  const began = performance.now()
  await fetch(`${web.url}/processing_file/${id}/`, { method: 'DELETE', headers: who })
  await until(web, who, id, ({ status }) => status === 'Canceled')
  while (children(worker.pid) !== '') await pause(5)
  return (performance.now() - began).toFixed(0)
}

function children(pid: number): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
}

/** Resident memory of a process, in MB. */
function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const figure = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
  return { now: figure('VmRSS'), peak: figure('VmHWM') }
}
