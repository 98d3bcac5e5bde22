import { JobError } from '../errors.ts'
import type { FromSandbox, Order, Question, Said, ToSandbox } from './messages.ts'
import { receivedError, sentError } from './sent-error.ts'

/** A result that is JSON text already. */
export class Encoded {
  readonly json: string

  constructor(json: string) {
    this.json = json
  }
}

export interface ExecutionListener {
  /** The handler is loaded and begins. */
  begun(): void
  said(said: Said): void
  /** What is kept beside the job. */
  asked(question: Question): Promise<unknown>
}

/** What an execution asks of the sandbox that it is in. */
export interface ExecutionHost {
  send(message: ToSandbox): void
  kill(): Promise<boolean>
}

/** How long a sandbox and its handler's module may take until the handler begins, in ms. */
const beginsWithin = 60_000
const hearEvery = 50

/** One attempt in a sandbox. */
export class Execution {
  /** The result; rejects with what the handler threw, or with how its sandbox ended. */
  readonly answer: Promise<Encoded>
  readonly #run: number
  readonly #host: ExecutionHost
  readonly #listener: ExecutionListener
  readonly #grace: number
  #resolve: (result: Encoded) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #timer: NodeJS.Timeout | null = null
  #unheard = 0
  #ended = false

  /** @param grace ms from `release` to its end by force */
  constructor(order: Order, host: ExecutionHost, listener: ExecutionListener, grace: number) {
    this.#run = order.run
    this.#host = host
    this.#listener = listener
    this.#grace = grace
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever gave it up does not ask.
    this.answer.catch(() => {})
    this.#timer = setTimeout(() => {
      this.fail(new JobError.Timeout(`The sandbox did not begin within ${beginsWithin / 1000} s.`))
      void this.#host.kill()
    }, beginsWithin)
  }

  /** Tells the handler, by its signal. */
  abort(reason: JobError): void {
    if (this.#ended) return
    this.#host.send({ kind: 'abort', run: this.#run, code: reason.code, message: reason.message })
  }

  /** Ends it by force. False where it can't be ended at once. */
  async terminate(): Promise<boolean> {
    return this.#ended || this.#host.kill()
  }

  /** Nobody waits for it any more: it is told, and ended by force after the grace. */
  release(reason: JobError): void {
    if (this.#ended) return
    this.abort(reason)
    this.#stopTimer()
    this.#timer = setTimeout(() => void this.terminate(), this.#grace)
  }

  told(message: FromSandbox): void {
    if (this.#ended || !('run' in message) || message.run !== this.#run) return
    if (message.kind === 'begun') {
      this.#stopTimer()
      this.#listener.begun()
      return
    }
    if (message.kind === 'ask') {
      void this.#answer(message.ask, message.question)
      return
    }
    this.#listener.said(message)
    if (message.kind === 'said') this.#hear()
    else this.#end(message.outcome)
  }

  /** Its sandbox has ended, or never had it. */
  fail(error: unknown): void {
    this.#stop()
    this.#reject(error)
  }

  #end(outcome: { result: string } | { error: Parameters<typeof receivedError>[0] }): void {
    this.#stop()
    if ('result' in outcome) this.#resolve(new Encoded(outcome.result))
    else this.#reject(receivedError(outcome.error))
  }

  async #answer(ask: number, question: Question): Promise<void> {
    const run = this.#run
    const answer = await this.#listener.asked(question).then(
      (value) => ({ value }),
      (error: unknown) => ({ error: sentError(error) }),
    )
    if (!this.#ended) this.#host.send({ kind: 'answer', run, ask, ...answer })
  }

  #hear(): void {
    this.#unheard++
    if (this.#unheard < hearEvery) return
    this.#host.send({ kind: 'heard', run: this.#run, count: this.#unheard })
    this.#unheard = 0
  }

  #stop(): void {
    this.#ended = true
    this.#stopTimer()
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
