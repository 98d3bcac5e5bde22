import type { Said } from './messages.ts'

/** Messages on the way that were not yet heard. */
const mostUnheard = 200
const mostLines = 1_000

/**
 * What a handler says, sent at once while the worker keeps up, so that it is known should the handler never end; and
 * gathered where it does not, so that a talkative one fills nobody's memory.
 */
export class Outbox {
  readonly #send: (said: Said) => void
  readonly #now: () => number
  #unheard = 0
  #lines: { at: number; line: string }[] = []
  #progress: Said['progress'] = null

  constructor(send: (said: Said) => void, now: () => number) {
    this.#send = send
    this.#now = now
  }

  line(line: string): void {
    this.#lines.push({ at: this.#now(), line })
    // The worker would keep no more either.
    if (this.#lines.length > mostLines) this.#lines.shift()
    this.#sendIfHeard()
  }

  progress(value: number, message: string | null): void {
    this.#progress = { value, message }
    this.#sendIfHeard()
  }

  heard(count: number): void {
    this.#unheard -= count
    if (this.#lines.length > 0 || this.#progress) this.#sendIfHeard()
  }

  /** Takes what is not sent. */
  rest(): Said {
    const now = this.#now()
    const said: Said = {
      lines: this.#lines.map(({ at, line }) => [now - at, line]),
      progress: this.#progress,
    }
    this.#lines = []
    this.#progress = null
    return said
  }

  #sendIfHeard(): void {
    if (this.#unheard >= mostUnheard) return
    this.#unheard++
    this.#send(this.rest())
  }
}
