import { milliseconds } from '../duration.ts'
import type { Engine } from '../engine.ts'
import { JobError } from '../errors.ts'
import { engineOf, type JobManager } from '../job-manager.ts'
import { type Checks, checkOptions, name, oneOf, refusal, span, wholeNumber } from '../options.ts'
import { unblock } from '../sql/unblock.ts'
import { wakeQueues } from '../sql/wake-queues.ts'
import type { Worker } from '../worker/worker.ts'
import type { DrainOptions } from './drain.ts'
import { type Drained, Outcomes } from './outcomes.ts'
import { due } from './sql/due.ts'

interface DueJob {
  queue: string
  name: string
  id: string
  claimed: boolean
  /** Its key or a limit may hold it back. */
  held: boolean
}

const betweenLooks = 10

/** One call of the kit: a worker of its own, that runs what is due until nothing is. */
export class Session {
  readonly #engine: Engine
  readonly #jobs: JobManager
  readonly #options: DrainOptions
  readonly #outcomes: Outcomes
  readonly #timeout: number
  #queues: string[] = []
  #worker: Worker | null = null

  /** @throws JobError.Invalid */
  constructor(jobs: JobManager, options: DrainOptions) {
    checkOptions(options, checks, 'of a drain')
    this.#engine = engineOf(jobs)
    this.#jobs = jobs
    this.#options = options
    this.#timeout = milliseconds(options.timeout ?? '10s', 'timeout of a drain')
    this.#outcomes = new Outcomes(this.#engine)
  }

  /** Names of the jobs that can run here. */
  get names(): string[] {
    return [...this.#engine.definitions.values()].flatMap(({ name, handler }) => (handler ? name : []))
  }

  get queues(): string[] | null {
    return this.#options.queues ?? null
  }

  /** Resolves when nothing is due. @throws JobError.Timeout */
  async runDue(): Promise<void> {
    const { database, metrics } = this.#engine
    const end = performance.now() + this.#timeout
    /** Claims that found nothing when all that was left may be held back. */
    let inVain: number | null = null
    for (;;) {
      const left = await database.query<DueJob>(due(database.schema), [this.names, this.queues])
      if (left.length === 0) return
      if (performance.now() > end) throw late(left, this.#timeout)
      const queues = [...new Set(left.map(({ queue }) => queue))]
      await this.#serve(queues)
      if (left.some(({ held }) => !held)) inVain = null
      else {
        if (inVain === null) await this.#unblock(queues)
        inVain ??= metrics.emptyClaims
        // Of two the second began after that.
        if (metrics.emptyClaims >= inVain + 2) return
        await database.query(wakeQueues(database.schema), [queues])
      }
      await new Promise((resolve) => setTimeout(resolve, betweenLooks))
    }
  }

  /** Stops the worker; answers what became of the runs. @throws JobError.Failed where attempts failed, unless `failures` says to return them */
  async end(): Promise<Drained> {
    await this.stop()
    const drained = this.#outcomes.end()
    if (this.#options.failures !== 'return') this.#outcomes.refuseFailures()
    return drained
  }

  /** Hands back what still runs. */
  async stop(): Promise<void> {
    await this.#worker?.stop({ grace: 0 })
    this.#worker = null
    this.#outcomes.end()
  }

  /** A worker makes the next of a key ready a moment after the one before has ended. */
  async #unblock(queues: string[]): Promise<void> {
    const { database } = this.#engine
    for (const queue of queues) await database.query(unblock(database.schema), [queue, null, null])
  }

  /** A worker's queues are settled when it is made: for more there is a new one. */
  async #serve(queues: string[]): Promise<void> {
    if (this.#worker && queues.every((queue) => this.#queues.includes(queue))) return
    this.#queues = [...new Set([...this.#queues, ...queues])]
    await this.#worker?.stop()
    const { concurrency = 1 } = this.#options
    this.#worker = this.#jobs.worker({ queues: this.#queues, concurrency, name: 'drain' })
    await this.#worker.start()
  }
}

function late(left: DueJob[], timeout: number): JobError {
  const shown = left.slice(0, 5).map(({ id, name, claimed }) => `${name} ${id}${claimed ? ' (claimed)' : ''}`)
  const more = left.length > shown.length ? ' and others' : ''
  return new JobError.Timeout(
    `After ${timeout} ms there is still work that is due: ${shown.join(', ')}${more}.`,
  )
}

const checks: Checks<DrainOptions> = {
  queues: (value, what) => {
    if (!Array.isArray(value) || value.length === 0) throw refusal(what, value, 'a list of one name or more')
    for (const queue of value) name(queue, 'name of a queue')
  },
  concurrency: wholeNumber(1, 10_000),
  timeout: span(24),
  failures: oneOf('reject', 'return'),
}
