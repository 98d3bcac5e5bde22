import type { Engine } from '../engine.ts'
import { heldSince } from '../sql/held-since.ts'
import type { Fenced } from './fenced-writes.ts'

/** When to look after a claim without an answer, in ms: its statement may come to be executed after its connection ended. */
const looks = [1_000, 5_000, 30_000]
const afterFailure = 1_000

/** A statement that may take jobs, on its way. */
export interface Asked {
  /** Tokens of its jobs are greater. */
  readonly after: bigint
  /** Called when it has been answered, or has failed. */
  readonly onEnd: (() => void)[]
}

/**
 * Jobs of claims whose answer never came: the database gave them to this worker, which does not know of them, and whose
 * beat keeps them from everybody else.
 */
export class Strays {
  readonly #engine: Engine
  readonly #onDue: () => void
  readonly #handBack: (jobs: Fenced[]) => void
  /** The greatest. What is sent after an answer gets a greater token than the answer had. */
  #lastAnswered = 0n
  readonly #onTheWay = new Set<Asked>()
  /** Greater than the first that may be in doubt. */
  readonly #answered = new Set<bigint>()
  /** While a claim is in doubt: a token before it. */
  #doubt: bigint | null = null
  #timers: NodeJS.Timeout[] = []
  #left = 0
  due = false

  /** @param onDue it is time for `look` */
  constructor(engine: Engine, onDue: () => void, handBack: (jobs: Fenced[]) => void) {
    this.#engine = engine
    this.#onDue = onDue
    this.#handBack = handBack
  }

  /** A claim is being sent; then it is `answered` or has `failed`. */
  asks(): Asked {
    const asked: Asked = { after: this.#lastAnswered, onEnd: [] }
    this.#onTheWay.add(asked)
    return asked
  }

  /** Answered with these jobs; their tokens may differ no more than their claims. */
  answered(asked: Asked, jobs: readonly Fenced[]): void {
    const token = BigInt(jobs[0]?.token ?? 0)
    if (token > 0n) this.#answered.add(token)
    if (token > this.#lastAnswered) this.#lastAnswered = token
    this.#end(asked)
  }

  /** It may have taken jobs all the same. */
  failed(asked: Asked): void {
    if (this.#doubt === null || asked.after < this.#doubt) this.#doubt = asked.after
    this.#end(asked)
    this.stop()
    this.#left = looks.length
    this.#timers = looks.map((ms) => this.#in(ms))
  }

  /** Hands back what this worker does not know of. */
  async look(worker: number): Promise<void> {
    this.due = false
    if (this.#doubt === null) return
    const { database, report } = this.#engine
    try {
      const held = await database.work<{ id: string; token: string }>(heldSince(database.schema), [
        worker,
        this.#doubt,
      ])
      this.#left--
      // What it saw of these is no stray, unless they fail.
      await Promise.all([...this.#onTheWay].map(({ onEnd }) => new Promise<void>((end) => onEnd.push(end))))
      this.#handBack(held.filter(({ token }) => !this.#answered.has(BigInt(token))))
      if (this.#left <= 0) this.#doubt = null
    } catch (error) {
      report(error)
      this.#timers.push(this.#in(afterFailure))
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers = []
    this.due = false
  }

  #end(asked: Asked): void {
    this.#onTheWay.delete(asked)
    for (const end of asked.onEnd) end()
    let first = this.#doubt ?? this.#lastAnswered
    for (const { after } of this.#onTheWay) if (after < first) first = after
    for (const token of this.#answered) if (token <= first) this.#answered.delete(token)
  }

  #in(ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.due = true
      this.#onDue()
    }, ms)
    // The last writes of a worker that has stopped may fail late.
    return timer.unref()
  }
}
