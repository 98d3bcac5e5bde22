import { asJob, type CurrentJob } from '../current-job.ts'
import { milliseconds } from '../duration.ts'
import { JobError } from '../errors.ts'
import type { ParentJob } from '../job-status.ts'
import { encodeResult } from '../json.ts'
import { logLine, progressMessage, requireProgress } from '../reported.ts'
import { Encoded, type Execution } from '../sandbox/execution.ts'
import type { Said } from '../sandbox/messages.ts'
import type { CanceledHow } from '../types.ts'
import type { ClaimedJob } from './claimed-job.ts'
import type { Turn } from './loop-watch.ts'
import { Steps } from './steps.ts'

/** How a run ended. */
export type Outcome =
  | { kind: 'finished'; result: string }
  | { kind: 'failed'; error: unknown; final: boolean }
  /** It asked to run again in so many ms. */
  | { kind: 'snoozed'; delay: number }
  | { kind: 'canceled'; how: CanceledHow }
  /** Another claim owns the job, or this worker gave it back: nothing more may be written. */
  | { kind: 'lost' }

export interface LogLine {
  at: number
  line: string
}

/** What a run says goes here, to be written. */
export interface RunReports {
  changed(run: Run): void
}

/** What all runs of a worker have in common. */
export interface RunHost {
  readonly reports: RunReports
  readonly memory: RunMemory
  /** Called once: its handler ended, it timed out, or was given up. */
  ended(run: Run, outcome: Outcome): void
}

/** What a run keeps beside its job, and knows of others. All refuse, with the reason, once the run has lost its job. */
export interface RunMemory {
  /** JSON texts by name. */
  loadSteps(run: Run): Promise<ReadonlyMap<string, string>>
  saveStep(run: Run, name: string, result: string): Promise<void>
  parents(run: Run): Promise<ParentJob[]>
}

const mostLines = 1_000

/** One attempt at a job, from the handler's first line to its outcome; and the job as its handler sees it. */
export class Run implements CurrentJob, Turn {
  readonly job: ClaimedJob
  /** On the monotonic clock. */
  readonly startedAt = performance.now()
  linesWritten = 0
  progressDirty = false
  value: number | null = null
  message: string | null = null
  /** The database knows that it runs. */
  startRecorded: boolean
  /** As the watch over the event loop counts it. */
  timeout: number | null = null
  beside = false
  /** Its cancel was asked for, and the handler was told. */
  canceling = false
  readonly #host: RunHost
  /** Its handler was called, and has not ended. */
  #open = false
  #lines: LogLine[] | null = null
  #steps: Steps | null = null
  #controller: AbortController | null = null
  #abortReason: JobError | null = null
  #timer: NodeJS.Timeout | null = null
  #execution: Execution | null = null
  /** Its handler is being ended by force: what it still answers does not count. */
  #forced = false

  constructor(job: ClaimedJob, host: RunHost) {
    this.job = job
    this.#host = host
    this.startRecorded = job.startRecorded
  }

  get id(): string {
    return this.job.id
  }

  get name(): string {
    return this.job.name
  }

  get queue(): string {
    return this.job.queue
  }

  get attempt(): number {
    return this.job.attempts + 1
  }

  get scheduledFor(): Date {
    return this.job.scheduledFor
  }

  get correlationId(): string | null {
    return this.job.correlationId
  }

  /** Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortReason && !this.#controller.signal.aborted) this.#controller.abort(this.#abortReason)
    return this.#controller.signal
  }

  get settled(): boolean {
    return !this.#open
  }

  /** What was said and is not yet written. */
  get lines(): LogLine[] {
    this.#lines ??= []
    return this.#lines
  }

  async progress(value: number, message?: string): Promise<void> {
    requireProgress(value)
    this.mustHold()
    this.#progressed(value, progressMessage(message))
  }

  log(text: string, ...args: unknown[]): void {
    if (this.settled) return
    this.#logged(performance.now(), logLine(text, args))
  }

  /** What its handler said in a sandbox, checked there. */
  hear({ lines, progress }: Said): void {
    if (this.settled) return
    const now = performance.now()
    for (const [ago, line] of lines) this.#logged(now - ago, line)
    if (progress) this.#progressed(progress.value, progress.message)
  }

  step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    this.#steps ??= new Steps({
      load: () => this.#host.memory.loadSteps(this),
      save: (step, result) => this.#host.memory.saveStep(this, step, result),
    })
    return this.#steps.run(name, work)
  }

  async parents(): Promise<ParentJob[]> {
    return this.#host.memory.parents(this)
  }

  /** @throws JobError why this run may write no more, once it has ended or lost its job */
  mustHold(): void {
    if (this.settled) throw this.#abortReason ?? new JobError.Lost()
  }

  /** Calls the handler with its arguments' text. Its time runs from now on, if it has a limit of so many ms. */
  start(handler: (args: string) => unknown, args: string, limit: number | null): void {
    this.#open = true
    if (limit !== null) this.limit(limit)
    asJob(this, call, this, handler, args)
  }

  /** What the handler answers, or throws at once. */
  call(handler: (args: string) => unknown, args: string): void {
    try {
      const answer = handler(args)
      if (isThenable(answer)) {
        answer.then(
          (result) => this.#handlerAnswered(result),
          (error: unknown) => this.#handlerThrew(error),
        )
      } else this.#handlerAnswered(answer)
    } catch (error) {
      this.#handlerThrew(error)
    }
  }

  /** Its time begins to run, in ms. */
  limit(timeout: number): void {
    if (this.settled || this.canceling) return
    this.#timer = setTimeout(() => this.#timeOut(timeout), timeout)
  }

  /** Its handler runs in a sandbox, and can be ended by force. */
  runsIn(execution: Execution): void {
    if (this.settled) {
      execution.release(this.#abortReason ?? new JobError.Lost())
    } else {
      this.#execution = execution
      if (this.#abortReason) execution.abort(this.#abortReason)
    }
  }

  /** Tells the handler to stop; after `grace` ms the job is taken from it. */
  cancel(grace: number): void {
    if (this.settled || this.canceling) return
    this.canceling = true
    this.#abort(new JobError.Canceled())
    if (this.settled) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.takeAway(), grace)
  }

  /** The job is no longer this run's: the handler is told, and whatever it says from now on is dropped. */
  lose(reason: JobError = new JobError.Lost()): void {
    if (this.settled) return
    this.end({ kind: 'lost' })
    this.#abortReason = reason
    this.#controller?.abort(reason)
    this.#execution?.release(reason)
  }

  /** The first outcome counts. */
  end(outcome: Outcome): void {
    if (!this.#open) return
    this.#open = false
    if (this.#timer) clearTimeout(this.#timer)
    this.#host.ended(this, outcome)
  }

  #handlerAnswered(result: unknown): void {
    if (this.settled || this.#forced) return
    if (this.canceling) {
      this.end({ kind: 'canceled', how: 'cooperative' })
      return
    }
    try {
      this.end({ kind: 'finished', result: result instanceof Encoded ? result.json : encodeResult(result) })
    } catch (error) {
      this.end({ kind: 'failed', error, final: false })
    }
  }

  #handlerThrew(error: unknown): void {
    if (this.#forced) return
    if (this.canceling) this.end({ kind: 'canceled', how: 'cooperative' })
    else if (error instanceof JobError.Snooze) this.#snooze(error)
    else this.end({ kind: 'failed', error, final: error instanceof JobError.Fatal })
  }

  #snooze({ delay }: InstanceType<typeof JobError.Snooze>): void {
    try {
      this.end({ kind: 'snoozed', delay: milliseconds(delay, 'time of a Snooze') })
    } catch (error) {
      this.end({ kind: 'failed', error, final: false })
    }
  }

  #timeOut(after: number): void {
    const error = new JobError.Timeout(`The attempt took longer than its timeout of ${after} ms.`)
    // In a sandbox the attempt is over once it is: the next one must not run beside it.
    if (this.#execution) return void this.#force({ kind: 'failed', error, final: false })
    this.end({ kind: 'failed', error, final: false })
    this.#abort(error)
  }

  /** Its handler has not ended within the grace. */
  /** Takes a job that is being canceled from its handler, by force where that can be. */
  async takeAway(): Promise<void> {
    const execution = this.#execution
    if (!execution) return this.end({ kind: 'canceled', how: 'disowned' })
    await this.#force({ kind: 'canceled', how: 'terminated' }, { kind: 'canceled', how: 'disowned' })
  }

  /** Ends the handler by force, and the run by `outcome`; by the other where the handler can't be ended. */
  async #force(outcome: Outcome, other = outcome): Promise<void> {
    this.#forced = true
    const gone = await this.#execution?.terminate()
    this.end(gone ? outcome : other)
  }

  #progressed(value: number, message: string | null): void {
    this.value = value
    this.message = message
    this.progressDirty = true
    this.#host.reports.changed(this)
  }

  #logged(at: number, line: string): void {
    this.lines.push({ at, line })
    if (this.lines.length > mostLines) this.lines.shift()
    this.#host.reports.changed(this)
  }

  #abort(reason: JobError): void {
    this.#abortReason = reason
    this.#controller?.abort(reason)
    this.#execution?.abort(reason)
  }
}

/** One for all runs: a function made for each is work for the collector. */
function call(run: Run, handler: (args: string) => unknown, args: string): void {
  run.call(handler, args)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
