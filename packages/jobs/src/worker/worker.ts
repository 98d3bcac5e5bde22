import { milliseconds } from '../duration.ts'
import type { Engine, StopOptions } from '../engine.ts'
import { JobError } from '../errors.ts'
import { Ahead } from './ahead.ts'
import type { ClaimedJob } from './claimed-job.ts'
import { Claimer } from './claimer.ts'
import type { Fenced } from './fenced-writes.ts'
import { Floors } from './floors.ts'
import { HandBack } from './hand-back.ts'
import { Membership, type WorkerOptions } from './membership.ts'
import { Pace } from './pace.ts'
import { Runner } from './runner.ts'
import { Sleep } from './sleep.ts'
import { Strays } from './strays.ts'
import { Suspects } from './suspects.ts'
import { Tending } from './tending.ts'
import { Turns } from './turns.ts'
import { Unblocking } from './unblocking.ts'
import { Upkeep } from './upkeep.ts'

/** No claims while so many endings wait to be written. */
const mostUnwritten = 4_000
const afterFailedClaim = 500
/** How long stopping waits for the database beyond its grace. */
const patience = 5_000

/** Claims jobs and runs their handlers, `concurrency` at a time. */
export class Worker {
  readonly #engine: Engine
  readonly #options: WorkerOptions
  readonly #membership: Membership
  readonly #floors = new Floors()
  readonly #claimer: Claimer
  readonly #ahead: Ahead
  readonly #handBack: HandBack
  readonly #strays: Strays
  readonly #suspects: Suspects
  readonly #turns: Turns
  readonly #pace = new Pace(performance.now())
  readonly #runner: Runner
  readonly #tending: Tending
  readonly #upkeep: Upkeep
  readonly #unblocking: Unblocking
  readonly #sleep: Sleep
  #claiming: Promise<void> | null = null
  #looking = false
  #working = false
  #forget: (() => unknown)[] = []
  #starting: Promise<void> | null = null
  #stopping: Promise<void> | null = null

  constructor(engine: Engine, options: WorkerOptions) {
    this.#engine = engine
    this.#options = options
    this.#membership = new Membership(engine, options, {
      cancel: (id, token) => this.#cancel(id, token),
      buried: () => this.#lose(),
      rejoined: () => this.#lookForSuspects(),
    })
    this.#claimer = new Claimer(engine, options.queues, this.#floors)
    this.#handBack = new HandBack(engine)
    this.#suspects = new Suspects(engine, options.queues)
    this.#ahead = new Ahead((jobs) => this.#release(jobs))
    this.#strays = new Strays(
      engine,
      () => this.#look(),
      (jobs) => this.#release(jobs),
    )
    this.#turns = new Turns(engine, this.#membership, this.#strays)
    this.#runner = new Runner(engine, options.concurrency, this.#turns, {
      ended: (job) => {
        this.#pace.count()
        if (job.suspect) this.#suspects.due = true
      },
      moved: () => this.#look(),
      retryIn: (ms) => this.#tending.in(ms),
      freed: (job) => {
        this.#unblocking.add(job)
        if (job.suspect) this.#suspects.due = true
      },
      follows: (next) => (this.#suspects.alone ? this.#release([next]) : this.#begin(next)),
    })
    this.#unblocking = new Unblocking(engine, {
      unblocked: () => this.#sleep.wake(),
      againIn: (ms) => this.#tending.in(ms),
    })
    this.#tending = new Tending(engine, options.queues, this.#membership, this.#floors, () =>
      this.#lookForSuspects(),
    )
    this.#upkeep = new Upkeep(engine)
    this.#sleep = new Sleep({
      look: () => this.#look(),
      say: (sleeping) => this.#membership.say(sleeping),
    })
  }

  /** The name under which it is listed: host and process id, unless given. */
  get name(): string {
    return this.#membership.name
  }

  /**
   * Resolves when it is listed and begins to claim. Does nothing while it works.
   *
   * @throws JobError.Closed once it was stopped
   */
  async start(): Promise<void> {
    if (this.#stopping) throw new JobError.Closed('This worker was stopped: make another one.')
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = null
      throw error
    })
    await this.#starting
  }

  /**
   * Claims no more, gives running jobs `grace` (default 10 s) to finish, and hands the rest back to the queue at once.
   * Their signals abort, and whatever they still say is dropped.
   */
  stop({ grace = '10s' }: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(grace)
    return this.#stopping
  }

  async #start(): Promise<void> {
    await this.#membership.join()
    this.#working = true
    this.#forget = [
      this.#engine.onHandler(() => void this.#updateNames()),
      this.#engine.listener.use(({ kind, rest }) => this.#told(kind, rest)),
    ]
    this.#tending.start()
    this.#upkeep.start()
    this.#look()
  }

  async #stop(grace: NonNullable<StopOptions['grace']>): Promise<void> {
    const ms = milliseconds(grace, 'grace')
    if (!this.#starting) return
    await this.#starting.catch(() => {})
    if (!this.#working) return
    this.#working = false
    this.#sleep.stop()
    this.#turns.stop()
    await Promise.all(this.#forget.map((forget) => forget()))
    await this.#claiming
    this.#strays.stop()
    this.#release([...this.#ahead.clear(), ...this.#suspects.clear()])
    await this.#runner.finished(ms)
    this.#release(await this.#runner.giveUp())
    await this.#runner.close()
    await Promise.all([this.#runner.written(ms), this.#handBack.settled(ms + patience)])
    // What the last of these writes took.
    await this.#handBack.settled(patience)
    await Promise.all([this.#tending.stop(), this.#upkeep.stop(), this.#unblocking.done()])
    await this.#membership.leave()
  }

  /** Runs what is at hand, and claims more where there is room. */
  #look(): void {
    if (this.#looking || !this.#working) return
    this.#looking = true
    const alone = this.#suspects.next(this.#runner.idle)
    if (alone) this.#begin(alone)
    while (!this.#suspects.alone && this.#runner.taken < this.#options.concurrency) {
      const job = this.#ahead.next()
      if (!job) break
      this.#begin(job)
    }
    this.#looking = false
    this.#claimMore()
  }

  #begin(job: ClaimedJob): void {
    if (!this.#working || !this.#runner.begin(job)) this.#release([job])
  }

  #claimMore(): void {
    if (this.#claiming) return
    if (this.#strays.due) {
      this.#take(this.#strays.look(this.#membership.id))
      return
    }
    if (this.#suspects.alone) return
    if (this.#sleep.idle && !this.#suspects.due) return
    if (this.#runner.backlog > mostUnwritten) return
    const free = this.#options.concurrency - this.#runner.taken
    const ahead = this.#pace.ahead(performance.now())
    // Claims of a few each would cost more than they bring: half of what may be ahead must be missing.
    if (free === 0 && (ahead === 0 || this.#ahead.length > ahead / 2)) {
      this.#sleep.working()
      return
    }
    this.#take(this.#claim(free + ahead - this.#ahead.length, free))
  }

  /** One claim, or one look for strays, at a time. */
  #take(turn: Promise<void>): void {
    this.#claiming = turn.then(() => {
      this.#claiming = null
      this.#look()
    })
  }

  async #claim(limit: number, free: number): Promise<void> {
    const { id, names } = this.#membership
    const { wakes } = this.#sleep
    const asked = this.#strays.asks()
    try {
      const suspects = await this.#suspects.claim({ worker: id, names, free, running: this.#runner.suspects })
      if (suspects.length > 0) {
        this.#strays.answered(asked, suspects)
        return this.#runSuspects(suspects, id)
      }
      const { jobs, again } = await this.#claimer.claim({ worker: id, names, limit, free })
      this.#strays.answered(asked, jobs)
      if (again !== null) this.#tending.in(again)
      // Woken meanwhile: what it was woken for may have come after the look.
      if (jobs.length === 0 && this.#sleep.wakes !== wakes) return
      if (jobs.length === 0 && this.#runner.idle && this.#suspects.endRest()) return
      if (jobs.length === 0) return this.#sleep.fallAsleep()
      // Buried meanwhile: others will find these.
      if (id !== this.#membership.id) return
      this.#ahead.add(jobs)
      this.#sleep.working()
    } catch (error) {
      this.#engine.report(error)
      this.#strays.failed(asked)
      await new Promise((resolve) => setTimeout(resolve, afterFailedClaim))
    }
  }

  #runSuspects(jobs: ClaimedJob[], id: number): void {
    this.#sleep.working()
    // Buried meanwhile: others will find these.
    if (id !== this.#membership.id) this.#suspects.clear()
    else if (this.#suspects.alone) this.#release(this.#ahead.clear())
    else this.#ahead.add(jobs)
  }

  async #updateNames(): Promise<void> {
    try {
      await this.#membership.updateNames()
      this.#floors.forget()
      this.#tending.in(0)
    } catch (error) {
      this.#engine.report(error)
    }
  }

  #told(kind: string, rest: string): void {
    if (kind === 'wake' && this.#options.queues.includes(rest)) this.#sleep.wake()
    else if (kind === 'due') this.#tending.in(0)
    else if (kind === 'suspects') this.#lookForSuspects()
    else if (kind === 'reconnected') {
      this.#lookForSuspects()
      this.#tending.in(0)
    } else if (kind === 'cancel') {
      const [worker, id] = rest.split(' ')
      if (worker === String(this.#membership.id) && id) this.#cancel(id, null)
    }
  }

  /** @param token null where the telling didn't name it */
  #cancel(id: string, token: string | null): void {
    const waiting = this.#ahead.take(id, token) ?? this.#suspects.take(id, token)
    if (waiting) this.#runner.drop(waiting)
    else this.#runner.cancel(id, token)
  }

  #lookForSuspects(): void {
    this.#suspects.due = true
    this.#sleep.wake()
  }

  #lose(): void {
    this.#ahead.clear()
    this.#suspects.clear()
    this.#runner.loseAll()
  }

  #release(jobs: Fenced[]): void {
    if (jobs.length === 0) return
    this.#floors.forget()
    this.#handBack.add(jobs)
  }
}
