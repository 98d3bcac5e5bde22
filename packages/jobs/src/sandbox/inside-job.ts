import type { CurrentJob } from '../current-job.ts'
import { JobError, type JobErrorCode } from '../errors.ts'
import type { ParentJob } from '../job-status.ts'
import { logLine, progressMessage, requireProgress } from '../reported.ts'
import { Steps } from '../worker/steps.ts'
import type { Order, Question, Said } from './messages.ts'
import { Outbox } from './outbox.ts'
import { jobError } from './sent-error.ts'

/** The way of one run to its worker. */
export interface InsideWire {
  send(said: Said): void
  /** Rejects where the worker refuses. */
  ask(question: Question): Promise<unknown>
}

/** The job as its handler sees it in a sandbox. */
export class InsideJob implements CurrentJob {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly attempt: number
  readonly scheduledFor: Date
  readonly correlationId: string | null
  readonly run: number
  readonly #controller = new AbortController()
  readonly #outbox: Outbox
  readonly #wire: InsideWire
  readonly #steps: Steps
  #ended = false

  constructor({ run, job }: Order, wire: InsideWire) {
    this.run = run
    this.id = job.id
    this.name = job.name
    this.queue = job.queue
    this.attempt = job.attempt
    this.scheduledFor = new Date(job.scheduledFor)
    this.correlationId = job.correlationId
    this.#wire = wire
    this.#outbox = new Outbox(
      (said) => wire.send(said),
      () => performance.now(),
    )
    this.#steps = new Steps({
      load: async () => stepsIn(await this.#ask({ what: 'steps' })),
      save: async (name, result) => {
        await this.#ask({ what: 'save', name, result })
      },
    })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  async progress(value: number, message?: string): Promise<void> {
    requireProgress(value)
    this.#mustHold()
    this.#outbox.progress(value, progressMessage(message))
  }

  log(text: string, ...args: unknown[]): void {
    if (!this.#ended) this.#outbox.line(logLine(text, args))
  }

  step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return this.#steps.run(name, work)
  }

  async parents(): Promise<ParentJob[]> {
    return parentsIn(await this.#ask({ what: 'parents' }))
  }

  /** The worker took so many messages. */
  heard(count: number): void {
    if (!this.#ended) this.#outbox.heard(count)
  }

  abort(code: JobErrorCode, message: string): void {
    this.#controller.abort(jobError(code, message) ?? new JobError.Canceled(message))
  }

  /** The handler has ended; answers what it said and was not yet sent. */
  end(): Said {
    this.#ended = true
    return this.#outbox.rest()
  }

  async #ask(question: Question): Promise<unknown> {
    this.#mustHold()
    return this.#wire.ask(question)
  }

  #mustHold(): void {
    const { reason } = this.signal
    if (this.#ended || reason instanceof JobError.Lost || reason instanceof JobError.Closed) {
      throw reason ?? new JobError.Lost()
    }
  }
}

/** The worker answers each question by what it is for. */
function stepsIn(answer: unknown): ReadonlyMap<string, string> {
  if (answer instanceof Map) return answer
  throw new Error("The worker's answer holds no steps.")
}

function parentsIn(answer: unknown): ParentJob[] {
  if (Array.isArray(answer)) return answer
  throw new Error("The worker's answer holds no parents.")
}
