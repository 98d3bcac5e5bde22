import { randomUUID } from 'node:crypto'
import { type CurrentJob, JobError, type JobManager, type JobOptions } from '../../src/index.ts'
import { exitCode } from './program.ts'
import { recorded } from './recorded.ts'
import type { Recorder } from './recorder.ts'

interface Kind {
  options?: JobOptions
  work(n: number, job: CurrentJob): unknown
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const leaked: number[][] = []
const retried: JobOptions = { retries: 3, backoff: 'fixed', backoffDelay: 50 }

/** What jobs do, good and bad; `n` says how much of it. */
export const kinds = {
  quick: { work: () => {} },
  wait: { work: (n) => sleep(n) },
  /** Longer than a death takes, without a turn for anything else in the process. */
  block: {
    work(n) {
      const end = performance.now() + n
      while (performance.now() < end) {
        // Nothing else in this process gets a turn.
      }
    },
  },
  /** Fails `n` times. */
  fail: {
    options: retried,
    work(n, { attempt }) {
      if (attempt <= n) throw new Error(`Attempt ${attempt} fails.`)
    },
  },
  late: { options: { ...retried, retries: 1, timeout: 100 }, work: (n) => sleep(n) },
  /** Ends when it is told. */
  listen: {
    work: (n, { signal }) =>
      Promise.race([
        sleep(n),
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
      ]),
  },
  /** Reports all the while, whoever owns the job meanwhile. */
  report: {
    async work(n, job) {
      for (let done = 0; done < 10; done++) {
        await sleep(n / 10)
        await job.progress(done / 10).catch(() => {})
      }
    },
  },
  leak: { work: (n) => void leaked.push(new Array<number>(n * 10_000).fill(n)) },
  memory: {
    work() {
      for (;;) leaked.push(new Array<number>(100_000).fill(1))
    },
  },
  /** Asks for another time, `n` times; a step remembers for which it has asked. */
  snooze: {
    options: retried,
    async work(n, job) {
      for (let nap = 1; nap <= n; nap++) {
        const mine = randomUUID()
        if ((await job.step(`nap ${nap}`, () => mine)) === mine) throw new JobError.Snooze(nap * 200)
      }
    },
  },
  debounced: { work: () => sleep(5) },
  exit: { work: () => process.exit(exitCode) },
  tick: { work: () => sleep(5) },
} satisfies Record<string, Kind>

/** Jobs that run beside their worker: what they do is in `sandboxed.ts`. */
const sandboxes = { thread: 'thread', process: 'process' } as const
const sandboxed: JobOptions = { ...retried, timeout: 1_500 }

export type KindName = keyof typeof kinds | keyof typeof sandboxes

const all: Record<string, Kind> = kinds

/** The options of each kind of job, for those who only enqueue. */
export const optionsOf: Record<string, JobOptions> = {
  ...Object.fromEntries(Object.entries(all).map(([name, { options = {} }]) => [name, options])),
  ...Object.fromEntries(Object.keys(sandboxes).map((name) => [name, sandboxed])),
}

/** Gives every kind of job its handler, which records what it does. */
export function handleAll(jobs: JobManager, recorder: Recorder): void {
  for (const [name, { options = {}, work }] of Object.entries(all)) {
    jobs.job(
      name,
      (call: string | null, n: number) => recorded(recorder, call, (job) => work(n, job)),
      options,
    )
  }
  for (const [name, sandbox] of Object.entries(sandboxes))
    jobs.job(
      name,
      { module: new URL('sandboxed.ts', import.meta.url), export: 'work' },
      { ...sandboxed, sandbox },
    )
  jobs.on('finished', ({ id, result }) => {
    const run = typeof result === 'object' && result !== null && 'run' in result ? result.run : null
    recorder.write({ kind: 'accepted', id, outcome: 'finished', ...(typeof run === 'string' ? { run } : {}) })
  })
  jobs.on('failed', ({ id, attempt }) => recorder.write({ kind: 'accepted', id, outcome: 'failed', attempt }))
  jobs.on('retrying', ({ id, attempt }) =>
    recorder.write({ kind: 'accepted', id, outcome: 'retrying', attempt }),
  )
  jobs.on('snoozed', ({ id, attempt }) =>
    recorder.write({ kind: 'accepted', id, outcome: 'snoozed', attempt }),
  )
  jobs.on('canceled', ({ id }) => recorder.write({ kind: 'accepted', id, outcome: 'canceled' }))
}
