import type { Engine } from '../engine.ts'
import { tend } from '../sql/tend.ts'
import type { Floors, Place } from './floors.ts'
import { rescueJobs } from './heartbeat.ts'

const most = 5_000
/** Not more often than this, in ms, but for full batches. */
const shortest = 20
/** A sweep looks from the very beginning, past whatever dead entries there are: for this part of the time at most. */
const sweepShare = 0.05

interface Tended {
  promoted: number
  parked: number
  unparked: number
  due_from: string | null
  next_due: number | null
  ready: boolean
  lowest: Record<string, [number, number, number]> | null
  orphans: number[] | null
}

/** A worker's part in what somebody must do now and then: promoting, parking and unparking, finding orphans. */
export class Tending {
  readonly #engine: Engine
  readonly #queues: readonly string[]
  readonly #handled: { readonly names: string[] }
  readonly #floors: Floors
  /** There may be more to claim now. */
  readonly #onReady: () => void
  #dueFrom: string | null = null
  #sweepAgainAt = 0
  #timer: NodeJS.Timeout | null = null
  #timerAt = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(
    engine: Engine,
    queues: readonly string[],
    handled: { readonly names: string[] },
    floors: Floors,
    onReady: () => void,
  ) {
    this.#engine = engine
    this.#queues = queues
    this.#handled = handled
    this.#floors = floors
    this.#onReady = onReady
  }

  start(): void {
    this.in(0)
  }

  /** Tends in so many ms at the latest. */
  in(ms: number): void {
    const at = Math.max(performance.now() + ms, this.#last + shortest)
    if (this.#stopped || (this.#timer && this.#timerAt <= at)) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#tendLater(), Math.max(at - performance.now(), 0))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#running
  }

  #tendLater(): void {
    this.#timer = null
    this.#running = this.#running.then(async () => {
      if (this.#stopped) return
      try {
        await this.#tend()
      } catch (error) {
        this.#engine.report(error)
        this.in(1_000)
      }
    })
  }

  async #tend(): Promise<void> {
    const { database, timing } = this.#engine
    const began = performance.now()
    const sweep = began >= this.#sweepAgainAt
    const rows = await database.work<Tended>(tend(database.schema), [
      this.#queues,
      this.#handled.names,
      sweep ? null : this.#dueFrom,
      most,
      sweep ? null : JSON.stringify(this.#floors.all()),
    ])
    this.#last = performance.now()
    const [done] = rows
    if (!done || this.#stopped) return
    if (sweep) this.#sweepAgainAt = this.#last + (this.#last - began) / sweepShare
    if (done.due_from !== null) this.#dueFrom = done.due_from
    this.#look(done)
    for (const worker of done.orphans ?? []) await rescueJobs(this.#engine, worker)
    const full = [done.promoted, done.parked, done.unparked].includes(most)
    this.in(full ? 0 : Math.min(Math.max(done.next_due ?? timing.poll, 1), timing.poll))
  }

  #look({ unparked, lowest, ready, orphans }: Tended): void {
    for (const [queue, [priority, runAt, id]] of Object.entries(lowest ?? {})) {
      const place: Place = [priority, runAt, String(id)]
      this.#floors.lower(queue, place)
    }
    if (unparked > 0) this.#floors.forget()
    if (ready || orphans) this.#onReady()
  }
}
