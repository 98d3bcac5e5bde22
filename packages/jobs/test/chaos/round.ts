import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '@factotum/postgres'
import pg from 'pg'
import { JobManager } from '../../src/index.ts'
import { check } from './check.ts'
import { Faults } from './faults.ts'
import { countLeft, finalJobs } from './final.ts'
import type { Finding } from './findings.ts'
import { readHistory } from './history.ts'
import { Programs } from './programs.ts'
import { Random } from './random.ts'
import { Recorder } from './recorder.ts'
import { limits, rules, schedule } from './workload.ts'

export interface Round {
  seed: number
  /** For how long faults are made, in ms. */
  length: number
  /** The database and the history go here. */
  folder: string
  /** From the moment when there is something to end: how to do that without waiting. */
  onInterrupt(end: () => void): void
  interrupted(): boolean
}

export interface Outcome {
  findings: Finding[]
  /** What happened, for people. */
  figures: string
}

const workers = 4
const callers = 2
/** What is asked to end does so within this, in ms. */
const patience = 60_000
/** All that is left when the faults are over has ended within this, in ms, or is stuck. */
const longestDrain = 60_000

/** Nothing here ends the kernel, so nothing needs the disk; commits are waited for as ever. */
const settings = { fsync: 'off', shared_buffers: '32MB', max_wal_size: '256MB' }

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** One round of chaos, on a database of its own: faults, then peace, then the checker. */
export async function round({ seed, length, folder, onInterrupt, interrupted }: Round): Promise<Outcome> {
  const history = join(folder, 'history')
  mkdirSync(history, { recursive: true })
  const recorder = new Recorder(history, 'driver')
  recorder.pulse(history)
  const random = new Random(seed)
  const log = (text: string) => recorder.write({ kind: 'note', text })
  const server = await startPostgres({ folder: join(folder, 'postgres'), dieWithParent: true, settings, log })
  const pool = new pg.Pool({ connectionString: server.url, max: 2 })
  pool.on('error', () => {})
  const jobs = new JobManager({ pool })
  jobs.on('error', () => {})
  const programs = new Programs(recorder, server.url, { folder: history, seed })
  onInterrupt(() => programs.killAll())
  try {
    await jobs.migrate()
    for (const [queue, limit] of Object.entries(limits)) await jobs.setLimits(queue, limit)
    for (let n = 0; n < workers; n++) await programs.start('worker')
    for (let n = 0; n < callers; n++) await programs.start('caller')
    const faults = new Faults(programs, server, recorder, random)
    await faults.rage(length, interrupted)

    log('the faults are over')
    const late = await programs.dismiss('caller', patience)
    await patiently(() => jobs.unschedule(schedule.name))
    await drained(pool, interrupted)
    late.push(...(await programs.dismiss('worker', patience)))
    for (const { name } of late)
      recorder.write({ kind: 'crashed', process: name, why: 'it did not end when it was asked to' })
    const final = await patiently(() => finalJobs(pool))
    writeFileSync(join(folder, 'final.json'), JSON.stringify(final))
    const recorded = readHistory(history, final)
    return {
      findings: check(recorded, rules),
      figures: `${final.length} jobs, ${recorded.runs.length} runs; ${Object.entries(faults.done)
        .map(([kind, times]) => `${kind} ${times}`)
        .join(', ')}`,
    }
  } finally {
    await programs.close()
    await jobs.close()
    await pool.end()
    await server.stop()
  }
}

async function drained(pool: pg.Pool, interrupted: () => boolean): Promise<void> {
  const end = performance.now() + longestDrain
  while (performance.now() < end && !interrupted()) {
    if ((await patiently(() => countLeft(pool))) === 0) return
    await sleep(200)
  }
}

/** The database may be on its way back. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === 50) throw error
      await sleep(200)
    }
  }
}
