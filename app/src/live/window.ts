import type { LiveEvent } from './messages.ts'

/**
 * The newest events, which all subscribers of a process share: each has only its place in here, and no
 * buffer. Positions have no gaps, so that an event's place follows from its position.
 */
export class Window {
  readonly #limit: number
  #events: LiveEvent[] = []
  #sizes: number[] = []
  #bytes = 0
  /** The highest position before the window. */
  #before: number

  /** `limit`: bytes of JSON that `trim` leaves; `last`: the position that it begins behind. */
  constructor(last: number, limit: number) {
    this.#before = last
    this.#limit = limit
  }

  get last(): number {
    return this.#before + this.#events.length
  }

  push(event: LiveEvent, bytes: number): void {
    this.#events.push(event)
    this.#sizes.push(bytes)
    this.#bytes += bytes
  }

  /** At most `most` events behind a position; null where some of them have gone. */
  after(position: number, most: number): LiveEvent[] | null {
    if (position < this.#before) return null
    const from = position - this.#before
    return this.#events.slice(from, from + most)
  }

  /** Forgets the oldest beyond the limit. */
  trim(): void {
    let count = 0
    while (this.#bytes > this.#limit && count < this.#events.length) this.#bytes -= this.#sizes[count++] ?? 0
    if (count === 0) return
    this.#events.splice(0, count)
    this.#sizes.splice(0, count)
    this.#before += count
  }
}
