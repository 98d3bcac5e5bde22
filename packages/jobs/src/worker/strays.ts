import type { Engine } from '../engine.ts'
import { heldSince } from '../sql/held-since.ts'
import type { Fenced } from './fenced-writes.ts'

/** When to look after a claim without an answer, in ms: its statement may come to be executed after its connection ended. */
const looks = [1_000, 5_000, 30_000]
const afterFailure = 1_000

/**
 * Jobs of claims whose answer never came: the database gave them to this worker, which does not know of them, and whose
 * beat keeps them from everybody else.
 */
export class Strays {
  readonly #engine: Engine
  readonly #onDue: () => void
  readonly #handBack: (jobs: Fenced[]) => void
  /** Tokens grow from claim to claim of a worker. */
  #lastAnswered = 0n
  /** While a claim is in doubt: the last token before it, and those that were answered since. */
  #doubt: { after: bigint; answered: Set<string> } | null = null
  #timers: NodeJS.Timeout[] = []
  #left = 0
  due = false

  /** @param onDue it is time for `look` */
  constructor(engine: Engine, onDue: () => void, handBack: (jobs: Fenced[]) => void) {
    this.#engine = engine
    this.#onDue = onDue
    this.#handBack = handBack
  }

  /** A claim was answered with these. */
  answered(jobs: readonly Fenced[]): void {
    const token = jobs[0]?.token
    if (token === undefined) return
    this.#lastAnswered = BigInt(token)
    this.#doubt?.answered.add(token)
  }

  /** A claim failed: it may have taken jobs all the same. */
  failed(): void {
    this.#doubt ??= { after: this.#lastAnswered, answered: new Set() }
    this.stop()
    this.#left = looks.length
    this.#timers = looks.map((ms) => this.#in(ms))
  }

  /** Hands back what this worker does not know of. None of its claims may be on the way. */
  async look(worker: number): Promise<void> {
    this.due = false
    if (!this.#doubt) return
    const { database, report } = this.#engine
    const { after, answered } = this.#doubt
    try {
      const held = await database.work<{ id: string; token: string }>(heldSince(database.schema), [
        worker,
        after,
      ])
      this.#handBack(held.filter(({ token }) => !answered.has(token)))
      this.#left--
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

  #in(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.due = true
      this.#onDue()
    }, ms)
  }
}
