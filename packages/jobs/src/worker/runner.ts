import type { Engine, KnownJob, KnownSandbox } from '../engine.ts'
import { JobError } from '../errors.ts'
import { around } from '../hooks.ts'
import { Encoded } from '../sandbox/execution.ts'
import type { Question } from '../sandbox/messages.ts'
import { SandboxPool } from '../sandbox/pool.ts'
import { loadArgs } from '../sql/load-args.ts'
import type { ClaimedJob } from './claimed-job.ts'
import { Endings, news } from './endings.ts'
import { loopBegins, loopEnds } from './loop-watch.ts'
import { Memory } from './memory.ts'
import { Reports } from './reports.ts'
import { type Outcome, Run, type RunHost } from './run.ts'
import type { Turns } from './turns.ts'

export interface RunnerListener {
  /** Its place is free. */
  ended(job: ClaimedJob): void
  /** A run ended, or endings were written: there may be room for more. */
  moved(): void
  /** A job comes back in so many ms. */
  retryIn(ms: number): void
  /** What became of a job is stored. */
  freed(job: ClaimedJob): void
  /** The end of a job is stored, and with that this one of the same serial key was taken, to run in its place. */
  follows(next: ClaimedJob): void
}

const afterFailure = 500
/** How long stopping waits for the database beyond its grace. */
const patience = 5_000

/** Runs claimed jobs: from their handler's first line until their end is written. */
export class Runner implements RunHost {
  readonly reports: Reports
  readonly memory: Memory
  readonly #engine: Engine
  readonly #listener: RunnerListener
  readonly #turns: Turns
  readonly #endings: Endings
  readonly #sandboxes: SandboxPool
  readonly #running = new Map<string, Run>()
  /** Ended runs whose last words are being written. */
  #flushing = 0
  #onMove: () => void = () => {}

  constructor(engine: Engine, concurrency: number, turns: Turns, listener: RunnerListener) {
    this.#engine = engine
    this.#turns = turns
    this.#listener = listener
    this.reports = new Reports(engine, this.#running)
    this.memory = new Memory(engine)
    this.#endings = new Endings(engine, turns, {
      written: () => this.#moved(),
      retryIn: (ms) => listener.retryIn(ms),
      freed: (job) => listener.freed(job),
      follows: (next) => listener.follows(next),
    })
    const { cancelGrace, sandboxIdle } = engine.timing
    this.#sandboxes = new SandboxPool({ size: concurrency, idleAfter: sandboxIdle, grace: cancelGrace })
  }

  /** How many places are taken: by what runs, or for what follows it. */
  get taken(): number {
    return this.#running.size + this.#turns.kept
  }

  /** How many of those that run are suspects. */
  get suspects(): number {
    let count = 0
    for (const run of this.#running.values()) if (run.job.suspect) count++
    return count
  }

  /** Nothing runs, and all that ended is written. */
  get idle(): boolean {
    return this.#running.size === 0 && this.#flushing === 0 && this.#endings.backlog === 0
  }

  /** How many endings are not written yet. */
  get backlog(): number {
    return this.#endings.backlog
  }

  /** False where this process has no handler for it. */
  begin(job: ClaimedJob): boolean {
    const definition = this.#engine.definitions.get(job.name)
    const { handler } = definition ?? {}
    if (!definition || !handler) return false
    const run = new Run(job, this)
    this.#running.set(job.id, run)
    // Should it end this process, it must be known that it ran.
    if (job.suspect && !run.startRecorded) void this.#startOnRecord(run, definition, handler)
    else this.#start(run, definition, handler)
    return true
  }

  /** Cancels a job that this worker has claimed and not begun. */
  drop(job: ClaimedJob): void {
    this.#endings.cancel(job, null, 'before_start')
  }

  /** @param token null where the telling didn't name it */
  cancel(id: string, token: string | null): void {
    const run = this.#running.get(id)
    if (run && (token === null || run.job.token === token)) run.cancel(this.#engine.timing.cancelGrace)
  }

  /** Nothing that runs is this worker's any more. */
  loseAll(): void {
    for (const run of this.#running.values()) run.lose()
  }

  /** Resolves when no handler runs, or after `ms`. */
  async finished(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([this.#until(() => this.#running.size === 0), late])
    clearTimeout(timer)
  }

  /** Takes what still runs from its handlers; answers the jobs, to be handed back. */
  async giveUp(): Promise<ClaimedJob[]> {
    const runs = [...this.#running.values()]
    await Promise.all(runs.map((run) => this.reports.flush(run)))
    // What is being canceled must not begin anew elsewhere.
    await Promise.all(runs.map((run) => (run.canceling ? run.takeAway() : null)))
    const left = runs.filter((run) => !run.settled)
    const reason = new JobError.Closed('The worker was stopped; the job runs again elsewhere.')
    for (const run of left) run.lose(reason)
    return left.map(({ job }) => job)
  }

  /** Resolves when all is written; a database that is away is waited for `ms` and a little longer. */
  async written(ms: number): Promise<void> {
    const giveUp = setTimeout(() => {
      this.reports.abandon()
      this.#endings.abandon()
    }, ms + patience)
    await this.#until(() => this.#flushing === 0)
    await this.#endings.settled()
    clearTimeout(giveUp)
    this.reports.abandon()
  }

  /** Ends all sandboxes. */
  async close(): Promise<void> {
    await this.#sandboxes.stop()
  }

  async #startOnRecord(
    run: Run,
    definition: KnownJob,
    handler: NonNullable<KnownJob['handler']>,
  ): Promise<void> {
    await this.reports.recordStart(run)
    if (run.startRecorded) return this.#start(run, definition, handler)
    // Lost before it began.
    this.#running.delete(run.job.id)
    this.#moved()
  }

  #start(run: Run, definition: KnownJob, handler: NonNullable<KnownJob['handler']>): void {
    const { metrics, events } = this.#engine
    metrics.started++
    metrics.running++
    this.reports.began(run)
    if (events.has('started')) events.emit('started', { ...news(run), attempt: run.attempt })
    const timeout = run.job.options?.timeout ?? definition.timeout
    const { sandbox } = definition
    run.timeout = timeout
    run.beside = sandbox !== null
    loopBegins(run)
    // In a sandbox its time runs once that is there.
    const limit = sandbox ? null : timeout
    if (!sandbox && run.job.args !== null && this.#engine.hooks.length === 0) {
      run.start(handler, run.job.args, limit)
    } else {
      const work = sandbox ? (args: string) => this.#inSandbox(run, sandbox, args, timeout) : handler
      run.start(this.#work(run, work), run.job.args ?? '', limit)
    }
  }

  async #inSandbox(
    run: Run,
    { spec, handler, args }: KnownSandbox,
    text: string,
    timeout: number | null,
  ): Promise<unknown> {
    const { id, name, queue, attempt, correlationId } = run
    const scheduledFor = run.scheduledFor.toISOString()
    const order = {
      handler,
      args: await args(text),
      job: { id, name, queue, attempt, scheduledFor, correlationId },
    }
    if (run.settled) return null
    const execution = this.#sandboxes.run(spec, order, {
      begun: () => timeout !== null && run.limit(timeout),
      said: (said) => run.hear(said),
      asked: (question) => this.#ask(run, question),
    })
    run.runsIn(execution)
    return execution.answer
  }

  async #ask(run: Run, question: Question): Promise<unknown> {
    if (question.what === 'steps') return this.memory.loadSteps(run)
    if (question.what === 'parents') return this.memory.parents(run)
    return this.memory.saveStep(run, question.name, question.result)
  }

  /** What fetches large arguments, and has the hooks around it. */
  #work(run: Run, handler: (args: string) => unknown): (args: string) => unknown {
    const { job, id, name, queue, attempt, correlationId } = run
    const context = job.options?.context ?? null
    const plain = job.args === null ? () => this.#loadArgs(run).then(handler) : handler
    const wraps = this.#engine.hooks.flatMap((hook) => hook.run ?? [])
    if (wraps.length === 0) return plain
    return (args) =>
      around(wraps, { id, name, queue, attempt, correlationId, context }, async () => {
        const result = await plain(args)
        return result instanceof Encoded ? JSON.parse(result.json) : result
      })
  }

  /** Large arguments are fetched when their job begins. A database that is away costs no attempt. */
  async #loadArgs(run: Run): Promise<string> {
    const { database, report } = this.#engine
    for (;;) {
      try {
        const [row] = await database.work<{ args: string }>(loadArgs(database.schema), [run.job.argsRef])
        if (!row) throw new JobError.Fatal('The arguments of this job are gone from the database.')
        return row.args
      } catch (error) {
        if (error instanceof JobError || run.settled) throw error
        report(error)
        await new Promise((resolve) => setTimeout(resolve, afterFailure))
      }
    }
  }

  ended(run: Run, outcome: Outcome): void {
    this.#running.delete(run.job.id)
    if (outcome.kind === 'finished') this.#turns.finished(run.job)
    loopEnds(run)
    const { metrics } = this.#engine
    metrics.running--
    this.#listener.ended(run.job)
    metrics.busy += performance.now() - run.startedAt
    if (outcome.kind !== 'lost' && this.reports.owes(run)) void this.#writeAfterReports(run, outcome)
    else this.#write(run, outcome)
    this.#moved()
  }

  async #writeAfterReports(run: Run, outcome: Outcome): Promise<void> {
    this.#flushing++
    await this.reports.flush(run)
    this.#flushing--
    this.#write(run, outcome)
    this.#moved()
  }

  #write(run: Run, outcome: Outcome): void {
    if (outcome.kind === 'finished') this.#endings.finish(run, outcome.result)
    else if (outcome.kind === 'failed') this.#endings.fail(run, outcome.error, outcome.final)
    else if (outcome.kind === 'snoozed') this.#endings.snooze(run, outcome.delay)
    else if (outcome.kind === 'canceled') this.#endings.cancel(run.job, run, outcome.how)
    else {
      this.#engine.metrics.lost++
      this.#engine.events.emit('lost', news(run))
    }
  }

  #moved(): void {
    this.#onMove()
    this.#listener.moved()
  }

  /** For the time of stopping, when one at a time waits. */
  async #until(condition: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onMove = () => condition() && resolve()
      this.#onMove()
    })
  }
}
