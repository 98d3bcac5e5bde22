import { hostname } from 'node:os'
import { milliseconds } from '../duration.ts'
import type { Engine, KnownJob, StopOptions } from '../engine.ts'
import { JobError } from '../errors.ts'
import { around } from '../hooks.ts'
import { loadArgs } from '../sql/load-args.ts'
import { registerQueues } from '../sql/register-queues.ts'
import { registerWorker } from '../sql/register-worker.ts'
import { release } from '../sql/release.ts'
import { removeWorker } from '../sql/remove-worker.ts'
import { setSleeping } from '../sql/set-sleeping.ts'
import { updateWorkerNames } from '../sql/update-worker-names.ts'
import type { ClaimedJob } from './claimed-job.ts'
import { Claimer } from './claimer.ts'
import { Endings, news } from './endings.ts'
import { Floors } from './floors.ts'
import { Heartbeat } from './heartbeat.ts'
import { Pace } from './pace.ts'
import { Reports } from './reports.ts'
import { type Outcome, Run } from './run.ts'
import { Sleep } from './sleep.ts'
import { Tending } from './tending.ts'
import { Upkeep } from './upkeep.ts'

export interface WorkerOptions {
  queues: readonly string[]
  concurrency: number
  name: string
}

/** A claimed job that still waits here after this is handed back, in ms: others may be idle. */
const longestAhead = 100
/** No claims while so many endings wait to be written. */
const mostUnwritten = 4_000
const afterFailedClaim = 500
/** How long stopping waits for the database beyond its grace. */
const patience = 5_000

/** Claims jobs and runs their handlers, `concurrency` at a time. */
export class Worker {
  readonly #engine: Engine
  readonly #options: WorkerOptions
  readonly #floors = new Floors()
  readonly #claimer: Claimer
  readonly #pace = new Pace(performance.now())
  readonly #reports: Reports
  readonly #endings: Endings
  readonly #tending: Tending
  readonly #sleep: Sleep
  readonly #upkeep: Upkeep
  readonly #running = new Map<string, Run>()
  #state: 'new' | 'working' | 'stopping' | 'stopped' = 'new'
  #id = 0
  #heartbeat: Heartbeat | null = null
  #ahead: { job: ClaimedJob; since: number }[] = []
  #aheadTimer: NodeJS.Timeout | null = null
  #claiming: Promise<void> | null = null
  #pumping = false
  #forget: (() => unknown)[] = []
  #stopping: Promise<void> | null = null
  /** Ended runs whose last words are being written. */
  #flushing = 0
  #waitingForEnd: () => void = () => {}
  #names: string[] = []

  constructor(engine: Engine, options: WorkerOptions) {
    this.#engine = engine
    this.#options = options
    this.#claimer = new Claimer(engine, options.queues, this.#floors)
    this.#reports = new Reports(engine)
    this.#tending = new Tending(
      engine,
      options.queues,
      () => this.#names,
      this.#floors,
      () => this.#sleep.wake(),
    )
    this.#endings = new Endings(engine, (delay) => this.#tending.in(delay))
    this.#sleep = new Sleep({
      look: () => this.#look(),
      say: (sleeping) => this.#say(sleeping),
    })
    this.#upkeep = new Upkeep(engine)
  }

  /** The name under which it is listed: host and process, unless given. */
  get name(): string {
    return this.#options.name || `${hostname()}:${process.pid}`
  }

  /** Resolves when it is listed and begins to claim. Does nothing while it works. */
  async start(): Promise<void> {
    if (this.#state === 'working') return
    if (this.#state !== 'new') throw new JobError.Closed('This worker was stopped: make another one.')
    this.#state = 'working'
    try {
      await this.#register()
    } catch (error) {
      this.#state = 'new'
      throw error
    }
    if (this.#state !== 'working') return
    this.#forget.push(
      this.#engine.onHandler(() => void this.#updateNames()),
      this.#engine.listener.use(({ kind, rest }) => this.#told(kind, rest)),
    )
    this.#tending.start()
    this.#upkeep.start()
    this.#look()
  }

  /**
   * Claims no more, gives running jobs `grace` (default 10 s) to finish, and hands the rest back to the queue at once.
   * Their signals abort, and whatever they still say is dropped.
   */
  stop({ grace = '10s' }: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(grace)
    return this.#stopping
  }

  async #stop(grace: NonNullable<StopOptions['grace']>): Promise<void> {
    const ms = milliseconds(grace, 'grace')
    const worked = this.#state === 'working'
    this.#state = 'stopping'
    this.#sleep.stop()
    await Promise.all(this.#forget.map((forget) => forget()))
    if (!worked) return
    await this.#claiming
    await this.#releaseAhead()
    await this.#finished(ms)
    await this.#handBack([...this.#running.values()])
    await this.#written(ms)
    await Promise.all([this.#tending.stop(), this.#upkeep.stop(), this.#heartbeat?.stop()])
    const { database } = this.#engine
    await database.work(removeWorker(database.schema), [this.#id]).catch(this.#engine.report)
    this.#state = 'stopped'
  }

  async #register(): Promise<void> {
    const { database, definitions } = this.#engine
    await database.ready()
    this.#names = [...definitions.values()].flatMap(({ name, handler }) => (handler ? name : []))
    const { queues, concurrency } = this.#options
    await database.work(registerQueues(database.schema), [queues])
    const rows = await database.work<{ id: number }>(registerWorker(database.schema), [
      this.name,
      concurrency,
      queues,
      this.#names,
    ])
    const [row] = rows
    if (!row) throw new Error('The database did not answer the id of the worker.')
    this.#id = row.id
    this.#heartbeat = new Heartbeat(this.#engine, row.id, {
      cancel: (id, token) => this.#cancel(id, token),
      buried: () => void this.#buried(),
    })
    await this.#heartbeat.start()
  }

  async #updateNames(): Promise<void> {
    const { database, definitions, report } = this.#engine
    this.#names = [...definitions.values()].flatMap(({ name, handler }) => (handler ? name : []))
    try {
      await database.work(updateWorkerNames(database.schema), [this.#id, this.#names])
      this.#floors.forget()
      this.#tending.in(0)
    } catch (error) {
      report(error)
    }
  }

  /** Declared dead while this process could not beat: others run its jobs now. It begins anew under another id. */
  async #buried(): Promise<void> {
    this.#ahead = []
    for (const run of this.#running.values()) run.lose()
    const old = this.#heartbeat
    this.#heartbeat = null
    // Not awaited here: this is called from within its beat.
    void old?.stop()
    while (this.#state === 'working') {
      try {
        await this.#register()
        return this.#look()
      } catch (error) {
        this.#engine.report(error)
        await new Promise((resolve) => setTimeout(resolve, afterFailedClaim))
      }
    }
  }

  #told(kind: string, rest: string): void {
    if (kind === 'wake' && this.#options.queues.includes(rest)) this.#sleep.wake()
    else if (kind === 'due') this.#tending.in(0)
    else if (kind === 'reconnected') {
      this.#sleep.wake()
      this.#tending.in(0)
    } else if (kind === 'cancel') {
      const [worker, id] = rest.split(' ')
      if (worker === String(this.#id) && id) this.#cancel(id, null)
    }
  }

  #say(sleeping: boolean): void {
    const { database, report } = this.#engine
    database.work(setSleeping(database.schema), [this.#id, sleeping]).catch(report)
  }

  /** Runs what is at hand, and claims more where there is room. */
  #look(): void {
    if (this.#pumping || this.#state !== 'working') return
    this.#pumping = true
    while (this.#running.size < this.#options.concurrency) {
      const next = this.#ahead.shift()
      if (!next) break
      this.#begin(next.job)
    }
    this.#pumping = false
    this.#claimMore()
  }

  #claimMore(): void {
    if (this.#claiming || this.#sleep.idle || this.#endings.backlog > mostUnwritten) return
    const free = this.#options.concurrency - this.#running.size
    const ahead = this.#pace.ahead(performance.now())
    // Claims of a few each would cost more than they bring: half of what may be ahead must be missing.
    if (free === 0 && (ahead === 0 || this.#ahead.length > ahead / 2)) {
      this.#sleep.working()
      return
    }
    this.#claiming = this.#claim(free + ahead - this.#ahead.length, free)
    void this.#claiming.then(() => {
      this.#claiming = null
      this.#look()
    })
  }

  async #claim(limit: number, free: number): Promise<void> {
    try {
      const suspect = free > 0 && ![...this.#running.values()].some((run) => run.job.suspect)
      const jobs = await this.#claimer.claim({ worker: this.#id, names: this.#names, limit, free, suspect })
      if (jobs.length === 0) return this.#sleep.fallAsleep()
      const since = performance.now()
      for (const job of jobs) this.#ahead.push({ job, since })
      if (jobs.length > free) this.#watchAhead()
      this.#sleep.working()
    } catch (error) {
      this.#engine.report(error)
      await new Promise((resolve) => setTimeout(resolve, afterFailedClaim))
    }
  }

  #begin(job: ClaimedJob): void {
    const definition = this.#engine.definitions.get(job.name)
    const { handler } = definition ?? {}
    if (!definition || !handler) return void this.#release([job])
    const run = new Run(job, this.#reports)
    this.#running.set(job.id, run)
    this.#engine.metrics.started++
    this.#engine.metrics.running++
    this.#reports.began(run)
    if (this.#engine.events.has('started'))
      this.#engine.events.emit('started', { ...news(run), attempt: run.attempt })
    run.start(this.#work(run, handler), job.options?.timeout ?? definition.timeout, (outcome) =>
      this.#ended(run, outcome),
    )
  }

  #work(run: Run, handler: NonNullable<KnownJob['handler']>): () => unknown {
    const { job } = run
    const { hooks } = this.#engine
    const plain = () => (job.args === null ? this.#loadArgs(run).then(handler) : handler(job.args))
    const wraps = hooks.flatMap((hook) => hook.run ?? [])
    if (wraps.length === 0) return plain
    const { id, name, queue, attempt, correlationId } = run
    return () => around(wraps, { id, name, queue, attempt, correlationId }, async () => plain())
  }

  /** Large arguments are fetched when their job begins. A database that is away costs no attempt. */
  async #loadArgs(run: Run): Promise<string> {
    const { database } = this.#engine
    for (;;) {
      try {
        const rows = await database.work<{ args: string }>(loadArgs(database.schema), [run.job.argsRef])
        const [row] = rows
        if (!row) throw new JobError.Fatal('The arguments of this job are gone from the database.')
        return row.args
      } catch (error) {
        if (error instanceof JobError || run.settled) throw error
        this.#engine.report(error)
        await new Promise((resolve) => setTimeout(resolve, afterFailedClaim))
      }
    }
  }

  #ended(run: Run, outcome: Outcome): void {
    this.#running.delete(run.job.id)
    this.#pace.count()
    const { metrics } = this.#engine
    metrics.running--
    metrics.busy += performance.now() - run.startedAt
    this.#reports.ended(run)
    if (outcome.kind !== 'lost' && this.#reports.owes(run)) {
      this.#flushing++
      void this.#reports.flush(run).then(() => {
        this.#flushing--
        this.#write(run, outcome)
        this.#onEnded()
      })
    } else this.#write(run, outcome)
    this.#onEnded()
    this.#look()
  }

  #write(run: Run, outcome: Outcome): void {
    if (outcome.kind === 'finished') this.#endings.finish(run, outcome.result)
    else if (outcome.kind === 'failed') this.#endings.fail(run, outcome.error, outcome.final)
    else if (outcome.kind === 'canceled') this.#endings.cancel({ ...run.job }, run, outcome.how)
    else {
      this.#engine.metrics.lost++
      this.#engine.events.emit('lost', news(run))
    }
  }

  /** @param token null where the telling didn't name it */
  #cancel(id: string, token: string | null): void {
    const index = this.#ahead.findIndex(({ job }) => job.id === id && (token === null || job.token === token))
    const [waiting] = index < 0 ? [] : this.#ahead.splice(index, 1)
    if (waiting) {
      this.#endings.cancel(waiting.job, null, 'before_start')
      return
    }
    const run = this.#running.get(id)
    if (run && (token === null || run.job.token === token)) run.cancel(this.#engine.timing.cancelGrace)
  }

  /** What waits here for too long goes back: the jobs before it take longer than those before them. */
  #watchAhead(): void {
    this.#aheadTimer ??= setTimeout(() => {
      this.#aheadTimer = null
      const now = performance.now()
      const late = this.#ahead.filter(({ since }) => now - since >= longestAhead)
      this.#ahead = this.#ahead.filter(({ since }) => now - since < longestAhead)
      void this.#release(late.map(({ job }) => job))
      if (this.#ahead.length > 0) this.#watchAhead()
    }, longestAhead)
  }

  async #releaseAhead(): Promise<void> {
    if (this.#aheadTimer) clearTimeout(this.#aheadTimer)
    await this.#release(this.#ahead.splice(0).map(({ job }) => job))
  }

  async #release(jobs: ClaimedJob[]): Promise<void> {
    if (jobs.length === 0) return
    const { database, report } = this.#engine
    this.#floors.forget()
    await database
      .work(release(database.schema), [jobs.map(({ id }) => id), jobs.map(({ token }) => token)])
      .catch(report)
  }

  /** Resolves when no handler runs, or after `ms`. */
  async #finished(ms: number): Promise<void> {
    if (this.#running.size === 0) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
      this.#waitingForEnd = () => this.#running.size === 0 && resolve()
    })
    clearTimeout(timer)
    this.#waitingForEnd = () => {}
  }

  /** Runs that did not finish: their jobs go back to the queue, and spend no attempt. */
  async #handBack(runs: Run[]): Promise<void> {
    await Promise.all(runs.map((run) => this.#reports.flush(run)))
    const left = runs.filter((run) => !run.settled)
    const reason = new JobError.Closed('The worker was stopped; the job runs again elsewhere.')
    for (const run of left) run.lose(reason)
    await this.#release(left.map(({ job }) => job))
  }

  /** Resolves when all endings are stored; a database that is away is not waited for without end. */
  async #written(ms: number): Promise<void> {
    const giveUp = setTimeout(() => {
      this.#reports.abandon()
      this.#endings.abandon()
    }, ms + patience)
    await new Promise<void>((resolve) => {
      this.#waitingForEnd = () => this.#flushing === 0 && resolve()
      this.#waitingForEnd()
    })
    await this.#endings.settled()
    clearTimeout(giveUp)
    this.#reports.abandon()
  }

  #onEnded(): void {
    this.#waitingForEnd()
  }
}
