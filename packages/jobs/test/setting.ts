import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { JobManager } from '../src/job-manager.ts'
import type { JobManagerOptions, NewWorkerOptions } from '../src/manager-options.ts'
import type { Worker } from '../src/worker/worker.ts'

/** Rescue and cancel, ten times faster than by default. */
export const fast = { beat: 200, dead: 1_000, cancelGrace: 300 }

export interface Setting {
  readonly url: string
  /** A pool beside the managers', for looking and meddling. */
  readonly pool: pg.Pool
  manager(options?: JobManagerOptions): JobManager
  worker(jobs: JobManager, options?: NewWorkerOptions): Promise<Worker>
  /** A program of this folder in a process of its own; resolves when it says that it is ready. */
  child(program: string, ...args: string[]): Promise<ChildProcess>
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
}

/** A database of this file's own; what its tests start is stopped after each. */
export function setting(): Setting {
  let database: TestDatabase
  let pool: pg.Pool
  const managers: JobManager[] = []
  const children: ChildProcess[] = []

  beforeAll(async () => {
    database = await testDatabase('jobs', async (url) => {
      const jobs = new JobManager({ connectionString: url })
      await jobs.migrate()
      await jobs.close()
    })
    pool = new pg.Pool({ connectionString: database.url, max: 4 })
    pool.on('error', () => {})
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
    await Promise.all(managers.splice(0).map((jobs) => jobs.close()))
    await clear(pool)
  })
  afterAll(async () => {
    await pool.end()
    await database.drop()
  })

  return {
    get url() {
      return database.url
    },
    get pool() {
      return pool
    },
    manager(options = {}) {
      const jobs = new JobManager({ connectionString: database.url, ...options })
      managers.push(jobs)
      return jobs
    },
    async worker(jobs, options) {
      const worker = jobs.worker(options)
      await worker.start()
      return worker
    },
    async child(program, ...args) {
      const file = fileURLToPath(new URL(program, import.meta.url))
      const child = fork(file, [database.url, ...args], { execArgv: ['--import', 'tsx'] })
      children.push(child)
      const words = new Set<unknown>()
      heard.set(child, words)
      child.on('message', (message) => words.add(message))
      await said(child, 'ready')
      return child
    },
    async sql(text, values = []) {
      return (await pool.query(text, values)).rows
    },
  }
}

const heard = new WeakMap<ChildProcess, Set<unknown>>()

/** Resolves when the process has said this, be it before. */
export function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (heard.get(child)?.has(word)) return resolve()
    child.on('message', (message) => message === word && resolve())
    child.once('exit', (code, signal) =>
      reject(new Error(`The program ended (${code ?? signal}) before it said "${word}".`)),
    )
  })
}

/**
 * Resolves when so many handlers have begun in this process. A job's state is `started` a little before: when its claim
 * for a free place is stored.
 */
export function begun(jobs: JobManager, count = 1): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    jobs.on('started', () => {
      left--
      if (left === 0) resolve()
    })
  })
}

/** Asks until the answer is true (or anything that isn't null, undefined or false), and answers that. */
export async function until<T>(
  ask: () => T | Promise<T>,
  within = 20_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + within
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false)
      return answer as NonNullable<Exclude<T, false>>
    if (performance.now() > end) throw new Error(`Not within ${within / 1000} s: ${ask}`)
    await sleep(10)
  }
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A promise, and the way to fulfil it from outside. */
export function gate<T = void>(): { passed: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => {}
  const passed = new Promise<T>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

async function clear(pool: pg.Pool): Promise<void> {
  await pool.query(`truncate factotum_jobs.job, factotum_jobs.done, factotum_jobs.failed, factotum_jobs.progress, factotum_jobs.log,
    factotum_jobs.argument, factotum_jobs.change, factotum_jobs.worker, factotum_jobs.tally, factotum_jobs.start, factotum_jobs.minute, factotum_jobs.wait, factotum_jobs.queue,
    factotum_jobs.schedule, factotum_jobs.dependency, factotum_jobs.step`)
}
