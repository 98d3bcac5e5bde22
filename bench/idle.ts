import { fork, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { runAlone } from './alone.ts'
import { factotum } from './factotum.ts'
import type { Program } from './program.ts'
import { bound, type Unit } from './report.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const idle: Program = {
  name: 'idle',
  counted:
    "a process of plain Node.js on the built package with one worker and nothing to do: its resident memory, its part of a core, and its database's transactions a second by pg_stat_database, from 10 s after its start on; needs Linux",
  async measure({ postgres, flags, say }) {
    build()
    return postgres.withEmpty(async (url) => {
      const caller = await factotum.open(url)
      await caller.close()
      const { memory, busy, queries } = await watch(url, flags.idleSeconds)
      say(`idle: ${memory.toFixed(1)} MB, ${busy.toFixed(3)} %, ${queries.toFixed(2)} queries/s`)
      const row = (what: string, unit: Unit, value: number) => ({
        what,
        unit,
        medians: new Map([[factotum.name, value]]),
      })
      return {
        rows: [
          row('idle worker, resident', 'MB', memory),
          row('idle worker, of a core', '%', busy),
          row('idle worker, queries', '/s', queries),
        ],
        verdicts: [
          bound(6, 'idle worker, resident', memory, 70, 'MB'),
          bound(6, 'idle worker, of a core', busy, 0.5, '%'),
          bound(6, 'idle worker, queries', queries, 1, '/s'),
        ],
      }
    })
  },
}

function build(): void {
  const { status } = spawnSync('npm', ['run', 'build', '--silent', '--workspace', 'packages/jobs'], {
    cwd: here('..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('The package could not be built.')
}

async function watch(url: string, seconds: number) {
  const door = new URL('../packages/jobs/dist/index.js', import.meta.url).href
  const worker = fork(here('idle-worker.mjs'), [door, url], { execArgv: [] })
  // Elsewhere than the worker's database, where it would count itself.
  const elsewhere = new URL(url)
  const database = elsewhere.pathname.slice(1)
  elsewhere.pathname = '/postgres'
  const observer = new pg.Client({ connectionString: elsewhere.href })
  try {
    await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('exit', () => reject(new Error('The idle worker ended.')))
    })
    await observer.connect()
    await pause(10)
    const before = await transactions(observer, database)
    const cpuBefore = processorSeconds(worker.pid)
    await pause(seconds)
    const busy = ((processorSeconds(worker.pid) - cpuBefore) / seconds) * 100
    const queries = ((await transactions(observer, database)) - before) / seconds
    return { memory: residentMegabytes(worker.pid), busy, queries }
  } finally {
    worker.kill('SIGKILL')
    await observer.end()
  }
}

async function transactions(observer: pg.Client, database: string): Promise<number> {
  const { rows } = await observer.query<{ n: string }>(
    'select xact_commit + xact_rollback as n from pg_stat_database where datname = $1',
    [database],
  )
  return Number(rows[0]?.n)
}

/** All threads', in user and kernel mode; the kernel counts in hundredths. */
function processorSeconds(pid = 0): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function residentMegabytes(pid = 0): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

await runAlone(import.meta.url, idle)
