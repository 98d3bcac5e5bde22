import { formatCursor } from './cursor.ts'
import type { CloseReason, LiveSink, Sees, Subscription } from './live.ts'
import type { LiveEvent, Topic } from './messages.ts'
import type { Window } from './window.ts'

/** Events in one batch. */
const most = 500

/** Where a subscriber reads: the shared window, and the database for what is older. */
export interface Source {
  readonly epoch: string
  readonly window: Window
  /** The topics' events behind a position, and up to where that was all; null where some have been dropped. */
  replay(after: number, topics: readonly Topic[]): Promise<{ events: LiveEvent[]; upto: number } | null>
  left(subscriber: Subscriber): void
  failed(error: unknown): void
}

/**
 * One subscriber's place in the series. Until it has reached the window it reads the database at its own
 * speed; from then on it must keep up: who falls out of the window again is dropped, and may come back with
 * its cursor.
 */
export class Subscriber implements Subscription {
  readonly #source: Source
  readonly #topics: ReadonlySet<Topic>
  readonly #sees: Sees | undefined
  readonly #sink: LiveSink
  #position: number
  #epoch: string
  #live = false
  /** True while something is read or the sink takes something; and before `begin`. */
  #busy = true
  #closed = false
  /** Counts resets, so that what was read before one is not delivered after it. */
  #series = 0

  constructor(
    source: Source,
    place: { epoch: string; position: number },
    { topics, sees, sink }: { topics: readonly Topic[]; sees: Sees | undefined; sink: LiveSink },
  ) {
    this.#source = source
    this.#topics = new Set(topics)
    this.#sees = sees
    this.#sink = sink
    this.#epoch = place.epoch
    this.#position = place.position
  }

  get cursor(): string {
    return formatCursor({ epoch: this.#epoch, position: this.#position })
  }

  get topics(): ReadonlySet<Topic> {
    return this.#topics
  }

  /** Begins, once its maker had time to get it; with a reset where its cursor could not be resumed. */
  begin(withReset: boolean): void {
    setImmediate(() => {
      this.#busy = false
      if (withReset) this.reset()
      this.advance()
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#source.left(this)
  }

  /** Ends it from the bus's side. */
  end(reason: CloseReason): void {
    if (this.#closed) return
    this.close()
    this.#sink.closed?.(reason, this.cursor)
  }

  /** Its cursor leads nowhere any more: goes on from the window's end. */
  reset(): void {
    if (this.#closed) return
    this.#series++
    this.#epoch = this.#source.epoch
    this.#position = this.#source.window.last
    this.#live = true
    this.#sink.reset(this.cursor)
  }

  /** Hands on what there is, as far as the sink takes it. */
  advance(): void {
    while (!this.#busy && !this.#closed) {
      const batch = this.#source.window.after(this.#position, most)
      if (batch === null) {
        if (this.#live) this.end('slow')
        else this.#inBackground(() => this.#replay())
        return
      }
      if (this.#position <= this.#source.window.last) this.#live = true
      const last = batch.at(-1)
      if (!last) return
      const taken = this.#give(batch, last.position)
      if (taken) this.#inBackground(() => taken)
    }
  }

  #give(batch: readonly LiveEvent[], upto: number): void | Promise<void> {
    const wanted = batch.filter((event) => this.#topics.has(event.topic) && (this.#sees?.(event) ?? true))
    this.#position = upto
    if (wanted.length === 0) return
    try {
      return this.#sink.events(wanted)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #replay(): Promise<void> {
    const series = this.#series
    const read = await this.#source.replay(this.#position, [...this.#topics])
    if (this.#closed || series !== this.#series) return
    if (read) await this.#give(read.events, read.upto)
    else this.reset()
  }

  #inBackground(work: () => Promise<void>): void {
    this.#busy = true
    work().then(
      () => {
        this.#busy = false
        this.advance()
      },
      (error) => this.#fail(error),
    )
  }

  #fail(error: unknown): void {
    if (!this.#closed) this.#source.failed(error)
    this.end('failed')
  }
}
