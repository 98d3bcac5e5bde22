import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { markAwaited } from './sql/mark-awaited.ts'
import { selectStatuses } from './status.ts'

interface Waiting {
  resolve(): void
  reject(error: Error): void
}

/** Looks after so many ms; then the job is marked, so that its end is told. */
const first = [10, 50, 200]
const withListening = 5_000
const withoutListening = 1_000

/** Those who wait for the ends of jobs, all in one question. */
export class Ends {
  readonly #engine: Engine
  readonly #waiting = new Map<string, Waiting[]>()
  #step = 0
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #forget: (() => Promise<void>) | null = null
  #marked = new Set<string>()
  #closed = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Resolves when the job has ended, or isn't there. */
  of(id: string): Promise<void> {
    if (this.#closed) return Promise.reject(new JobError.Closed())
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(id) ?? []
      this.#waiting.set(id, [...others, { resolve, reject }])
      this.#step = 0
      this.#lookIn(0)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    for (const list of this.#waiting.values()) for (const { reject } of list) reject(new JobError.Closed())
    this.#waiting.clear()
    await this.#looking
    await this.#forget?.()
  }

  #lookIn(ms: number): void {
    if (this.#closed) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (this.#looking) return this.#lookIn(1)
      this.#looking = this.#look()
        .catch(this.#engine.report)
        .then(() => {
          this.#looking = null
          this.#lookAgain()
        })
    }, ms)
  }

  #lookAgain(): void {
    if (this.#waiting.size === 0 || this.#closed) {
      void this.#forget?.()
      this.#forget = null
      return
    }
    if (this.#timer) return
    const told =
      this.#engine.listener.listening && [...this.#waiting.keys()].every((id) => this.#marked.has(id))
    this.#lookIn(first[this.#step++] ?? (told ? withListening : withoutListening))
  }

  async #look(): Promise<void> {
    const ids = [...this.#waiting.keys()]
    if (this.#step >= first.length) await this.#listenFor(ids)
    const rows = await selectStatuses(this.#engine.database, ids)
    const running = new Set(rows.flatMap(({ id, ended_at }) => (ended_at ? [] : id)))
    for (const id of ids) if (!running.has(id)) this.#end(id)
  }

  /** Marked before it is looked at: an end after the look is told. */
  async #listenFor(ids: string[]): Promise<void> {
    this.#forget ??= this.#engine.listener.use(({ kind, rest }) => {
      if (kind === 'reconnected' || (kind === 'ended' && this.#waiting.has(rest))) this.#lookIn(0)
    })
    const { database } = this.#engine
    const unmarked = ids.filter((id) => !this.#marked.has(id))
    if (unmarked.length === 0) return
    const rows = await database.query<{ id: string }>(markAwaited(database.schema), [unmarked])
    const before = ids.filter((id) => this.#marked.has(id))
    this.#marked = new Set([...before, ...rows.map(({ id }) => id)])
  }

  #end(id: string): void {
    const list = this.#waiting.get(id) ?? []
    this.#waiting.delete(id)
    for (const { resolve } of list) resolve()
  }
}
