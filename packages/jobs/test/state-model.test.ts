import fc from 'fast-check'
import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import type { JobHandle } from '../src/handle.ts'
import type { JobManager } from '../src/job-manager.ts'
import type { CanceledHow, JobState } from '../src/types.ts'
import type { Worker } from '../src/worker/worker.ts'
import { Network } from './chaos/network.ts'
import { setting, until } from './setting.ts'

const t = setting()
const timing = { beat: 100, dead: 800, cancelGrace: 150, poll: 200, upkeep: 60_000 }
const places = 2
const deathsAllowed = 3

/** What docs/states.md says of one job. */
interface ModelJob {
  state: JobState
  attempts: number
  maxAttempts: number
  /** Its next attempt is due at once. */
  soon: boolean
  suspect: boolean
  /** A suspect that runs with nothing beside it. */
  alone: boolean
  deaths: number
  canceledHow: CanceledHow | null
  /** Who runs it. */
  worker: number | null
}

interface Model {
  jobs: ModelJob[]
  paused: boolean
  workers: Set<number>
}

/** A run whose handler waits to be told how to end. */
interface OpenRun {
  job: number
  worker: number
  heedsSignal: boolean
  end(outcome: 'finish' | 'fail' | 'fatal'): void
}

interface Member {
  jobs: JobManager
  worker: Worker
  network: Network
}

/** The engine, with handlers in hand. */
class Real {
  readonly caller = t.manager()
  readonly members = new Map<number, Member>()
  readonly handles: JobHandle<unknown>[] = []
  /** By job: the run that counts. */
  readonly runs = new Map<number, OpenRun>()
  /** Runs that lost their job, and whose handlers don't know when to stop. */
  readonly zombies: OpenRun[] = []
  readonly begun: OpenRun[] = []
  readonly queue: string
  readonly #work: ReturnType<typeof this.defined>
  #workers = 0

  constructor(queue: string) {
    this.queue = queue
    this.#work = this.defined()
  }

  defined() {
    return this.caller.define<[job: number], null>('work', { queue: this.queue, backoff: 'fixed' })
  }

  async enqueue(retries: number, soon: boolean, later: boolean): Promise<void> {
    const calls = this.#work.with({ retries, backoffDelay: soon ? 1 : '1h' })
    const job = this.handles.length
    this.handles.push(await (later ? calls.delayIn('1h', job) : calls.delay(job)))
  }

  async startWorker(): Promise<number> {
    const number = ++this.#workers
    const network = await Network.open(t.url)
    const jobs = t.manager({ connectionString: network.url, timing })
    jobs.on('error', () => {})
    jobs.job('work', (job: number) => this.#run(job, number), { queue: this.queue, backoff: 'fixed' })
    const worker = await t.worker(jobs, {
      queues: [this.queue],
      concurrency: places,
      name: `${this.queue} ${number}`,
    })
    this.members.set(number, { jobs, worker, network })
    return number
  }

  /** The job is taken from the handler that has it; it goes on. */
  lose(job: number): void {
    const run = this.runs.get(job)
    if (run) this.zombies.push(run)
    this.runs.delete(job)
  }

  async close(): Promise<void> {
    for (const { network } of this.members.values()) network.mend()
    await Promise.all([...this.members.values()].map(({ worker }) => worker.stop({ grace: 0 })))
    await Promise.all([...this.members.values()].map(({ jobs }) => jobs.close()))
    for (const { network } of this.members.values()) network.close()
    await this.caller.close()
  }

  #run(job: number, worker: number): Promise<null> {
    const { signal } = currentJob()
    return new Promise((resolve, reject) => {
      const run: OpenRun = {
        job,
        worker,
        heedsSignal: false,
        end(outcome) {
          if (outcome === 'finish') resolve(null)
          else reject(outcome === 'fatal' ? new JobError.Fatal('fatal') : new Error('failed'))
        },
      }
      signal.addEventListener('abort', () => run.heedsSignal && reject(signal.reason))
      this.begun.push(run)
    })
  }
}

/** Takes what began into the model, until no place is left for what waits and the database says what the model says. */
async function settle(model: Model, real: Real): Promise<void> {
  await until(async () => {
    for (const run of real.begun.splice(0)) begin(model, real, run)
    const ahead = await t.sql<{ id: string; alone: boolean; worker: string }>(
      `select j.id, j.alone, w.name as worker from factotum_jobs.job j join factotum_jobs.worker w on w.id = j.worker
       where j.state = 2 and j.started_at is null`,
    )
    if (ahead.some(({ alone }) => !alone)) return false
    const kept = new Map<number, number>()
    for (const { id, worker } of ahead) {
      const job = real.handles.findIndex((handle) => handle.id === id)
      kept.set(Number(worker.split(' ')[1]), job)
    }
    if (mayBegin(model, kept)) return false
    const there = await t.sql<{ state: string; attempts: number; how: string | null }>(
      `select s.state, s.attempts, s.canceled_how as how from unnest($1::bigint[]) with ordinality i(id, place)
       join factotum_jobs.status s on s.id = i.id order by place`,
      [real.handles.map(({ id }) => id)],
    )
    const expected = model.jobs.map(({ state, attempts, canceledHow }) => ({
      state,
      attempts,
      how: canceledHow,
    }))
    return JSON.stringify(there) === JSON.stringify(expected)
  }).catch(async (cause: unknown) => {
    const states = await t.sql(
      'select id, state, attempts, deaths, suspect from factotum_jobs.job order by id',
    )
    throw new Error(
      `The engine is not where the model is: ${JSON.stringify({ model: model.jobs, states })}`,
      { cause },
    )
  })
}

function begin(model: Model, real: Real, run: OpenRun): void {
  const job = model.jobs[run.job]
  // Cut off, and has not heard of it.
  if (!model.workers.has(run.worker)) return void real.zombies.push(run)
  expect(job, `job ${run.job} began on worker ${run.worker}`).toMatchObject({ state: 'queued', worker: null })
  if (!job) return
  job.state = 'started'
  job.worker = run.worker
  real.runs.set(run.job, run)
}

/**
 * A free place and a job that waits for it. A worker with something to run alone begins nothing else.
 *
 * @param kept jobs that wait in their worker until they are alone
 */
function mayBegin({ jobs, paused, workers }: Model, kept: ReadonlyMap<number, number>): boolean {
  const keepers = [...workers].filter((worker) => kept.has(worker))
  if (keepers.some((worker) => !jobs.some((job) => job.worker === worker))) return true
  if (paused) return false
  const held = new Set(keepers.map((worker) => kept.get(worker)))
  const waiting = jobs.filter(({ state }, place) => state === 'queued' && !held.has(place))
  return [...workers].some((worker) => {
    if (kept.has(worker)) return false
    const running = jobs.filter((job) => job.worker === worker)
    if (running.length >= places || running.some(({ alone }) => alone)) return false
    return waiting.length > 0
  })
}

const runningOf = (model: Model) =>
  model.jobs.flatMap(({ state }, place) => (state === 'started' ? place : []))
const at = <Item>(items: Iterable<Item>, choice: number): Item => {
  const all = [...items]
  const item = all[choice % all.length]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}

abstract class Step implements fc.AsyncCommand<Model, Real> {
  abstract check(model: Readonly<Model>): boolean
  abstract act(model: Model, real: Real): Promise<void>
  abstract toString(): string
  async run(model: Model, real: Real): Promise<void> {
    await this.act(model, real)
    await settle(model, real)
  }
}

/** A step made of three functions, named for what it shows in a failed run. */
const step = (
  name: string,
  check: (model: Readonly<Model>) => boolean,
  act: (model: Model, real: Real) => Promise<void>,
): Step =>
  new (class extends Step {
    check = check
    act = act
    toString = () => name
  })()

const enqueue = (retries: number, soon: boolean, later: boolean) =>
  step(
    `enqueue(${retries}, ${soon ? 'soon' : 'not soon'}${later ? ', later' : ''})`,
    () => true,
    async (model, real) => {
      await real.enqueue(retries, soon, later)
      model.jobs.push({
        state: later ? 'scheduled' : 'queued',
        attempts: 0,
        maxAttempts: retries + 1,
        soon,
        suspect: false,
        alone: false,
        deaths: 0,
        canceledHow: null,
        worker: null,
      })
    },
  )

const end = (choice: number, outcome: 'finish' | 'fail' | 'fatal') =>
  step(
    `${outcome}(${choice})`,
    (model) => runningOf(model).length > 0,
    async (model, real) => {
      const place = at(runningOf(model), choice)
      const job = at(model.jobs, place)
      real.runs.get(place)?.end(outcome)
      real.runs.delete(place)
      job.attempts++
      job.worker = null
      if (outcome === 'finish') job.state = 'finished'
      else if (outcome === 'fatal' || job.attempts >= job.maxAttempts) job.state = 'failed'
      else {
        job.state = job.soon ? 'queued' : 'scheduled'
        job.suspect = false
        job.alone = false
      }
    },
  )

const cancel = (choice: number, heeds: boolean) =>
  step(
    `cancel(${choice}, ${heeds ? 'heeded' : 'not heeded'})`,
    ({ jobs }) => jobs.length > 0,
    async (model, real) => {
      const place = choice % model.jobs.length
      const job = at(model.jobs, place)
      const handle = at(real.handles, place)
      if (job.state === 'finished' || job.state === 'failed' || job.state === 'canceled') {
        await expect(handle.cancel()).rejects.toThrow(JobError.Conflict)
        return
      }
      const run = real.runs.get(place)
      if (run) run.heedsSignal = heeds
      const answers = job.state === 'started' || job.alone ? ['canceling'] : []
      expect([...answers, ...(job.state === 'started' ? [] : ['canceled'])]).toContain(await handle.cancel())
      job.canceledHow = job.state !== 'started' ? 'before_start' : heeds ? 'cooperative' : 'disowned'
      job.state = 'canceled'
      job.worker = null
      real.lose(place)
    },
  )

const retry = (choice: number) =>
  step(
    `retry(${choice})`,
    ({ jobs }) => jobs.length > 0,
    async (model, real) => {
      const place = choice % model.jobs.length
      const job = at(model.jobs, place)
      const asked = real.caller.retry(at(real.handles, place).id)
      if (job.state !== 'failed') {
        await expect(asked).rejects.toThrow(JobError.Conflict)
        return
      }
      await asked
      Object.assign(job, { state: 'queued', attempts: 0, suspect: false, alone: false, deaths: 0 })
    },
  )

const pause = step(
  'pause',
  ({ paused }) => !paused,
  async (model, real) => {
    await real.caller.pause(real.queue)
    model.paused = true
  },
)

const resume = step(
  'resume',
  ({ paused }) => paused,
  async (model, real) => {
    await real.caller.resume(real.queue)
    model.paused = false
  },
)

const startWorker = step(
  'start a worker',
  ({ workers }) => workers.size < 3,
  async (model, real) => {
    model.workers.add(await real.startWorker())
  },
)

const stopWorker = (choice: number) =>
  step(
    `stop a worker(${choice})`,
    ({ workers }) => workers.size > 0,
    async (model, real) => {
      const number = at(model.workers, choice)
      model.workers.delete(number)
      await real.members.get(number)?.worker.stop({ grace: 0 })
      for (const [place, job] of model.jobs.entries()) {
        if (job.worker !== number) continue
        Object.assign(job, { state: 'queued', worker: null })
        real.lose(place)
      }
    },
  )

/** To the others it is dead. */
const cutOff = (choice: number) =>
  step(
    `cut a worker off(${choice})`,
    ({ workers }) => workers.size > 1,
    async (model, real) => {
      const number = at(model.workers, choice)
      model.workers.delete(number)
      real.members.get(number)?.network.cut()
      const had = [...model.jobs.entries()].filter(([, { worker }]) => worker === number)
      for (const [place, job] of had) {
        if (had.length === 1) job.deaths++
        const quarantined = job.deaths >= deathsAllowed
        job.alone = job.suspect || had.length === 1
        Object.assign(job, { state: quarantined ? 'failed' : 'queued', suspect: true, worker: null })
        real.lose(place)
      }
    },
  )

/** What they say must change nothing. */
const zombiesEnd = step(
  'lost handlers end',
  () => true,
  async (_model, real) => {
    for (const run of real.zombies.splice(0)) run.end('finish')
  },
)

let runs = 0

test('whatever is done to jobs and workers, in whatever order, every job is in the state that the model says', async () => {
  const choice = fc.nat(50)
  const commands = fc.commands(
    [
      fc
        .tuple(fc.nat(2), fc.boolean(), fc.boolean())
        .map(([retries, soon, later]) => enqueue(retries, soon, later)),
      fc.tuple(fc.nat(2), fc.boolean()).map(([retries, soon]) => enqueue(retries, soon, false)),
      choice.map((n) => end(n, 'finish')),
      choice.map((n) => end(n, 'fail')),
      choice.map((n) => end(n, 'fatal')),
      fc.tuple(choice, fc.boolean()).map(([n, heeds]) => cancel(n, heeds)),
      choice.map(retry),
      fc.constant(pause),
      fc.constant(resume),
      fc.constant(startWorker),
      fc.constant(startWorker),
      choice.map(stopWorker),
      choice.map(cutOff),
      fc.constant(zombiesEnd),
    ],
    { maxCommands: 60, size: 'max' },
  )
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const real = new Real(`model${++runs}`)
      const model: Model = { jobs: [], paused: false, workers: new Set() }
      try {
        await fc.asyncModelRun(() => ({ model, real }), steps)
      } finally {
        await real.close()
      }
    }),
    { numRuns: 12, endOnFailure: true },
  )
}, 300_000)
