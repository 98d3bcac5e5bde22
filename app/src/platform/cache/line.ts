import { setTimeout } from 'node:timers/promises'

/** How one speaks with a server. */
export interface LineParts<Client> {
  /** Whom, as people are told: `127.0.0.1:6379`. */
  name: string
  connect(): Client
  /** False for one that is over: another is made. */
  usable(client: Client): boolean
  /** Ends it at once, with all that is under way. Never fails. */
  discard(client: Client): void
  /** True for an error that is an answer: the server is there, and only would not. */
  isAnswer(error: unknown): boolean
  /** The reason that people are told. */
  reason(error: unknown, client: Client): string
}

export interface Patience {
  /** Milliseconds for which an answer is waited for. */
  timeout: number
  /** Milliseconds for which nothing is asked after no answer came. */
  rest: number
  /** Hears why a server is left alone, and null once it answers again. */
  onTrouble(name: string, reason: string | null): void
}

/** Nothing was asked: the server did not answer a moment ago. */
export class Resting extends Error {
  override name = 'Resting'
}

/**
 * Asks a server that may be gone: nobody waits longer than the time-out, and while it is gone one asker in each rest waits
 * at all. A connection on which anything failed is thrown away: an answer that comes late, or in half, would be taken for
 * another's.
 */
export class Line<Client> {
  readonly #parts: LineParts<Client>
  readonly #patience: Patience
  #client: Client | null = null
  #failing = false
  #trying = false
  #restsUntil = 0
  #closed = false

  constructor(parts: LineParts<Client>, patience: Patience) {
    this.#parts = parts
    this.#patience = patience
  }

  /**
   * @throws Resting when it is not asked
   * @throws Error when it does not answer in time, or refuses
   */
  async ask<Answer>(question: (client: Client) => Promise<Answer>): Promise<Answer> {
    if (this.#closed || performance.now() < this.#restsUntil || (this.#failing && this.#trying))
      throw new Resting(`${this.#parts.name} is left alone for a moment.`)
    const client = this.#connected()
    this.#trying = true
    try {
      const answer = await within(this.#patience.timeout, question(client))
      this.#answered()
      return answer
    } catch (error) {
      if (this.#parts.isAnswer(error)) this.#answered()
      else this.#failed(client, error)
      throw error
    } finally {
      this.#trying = false
    }
  }

  close(): void {
    this.#closed = true
    if (this.#client) this.#parts.discard(this.#client)
    this.#client = null
  }

  #connected(): Client {
    if (this.#client && !this.#parts.usable(this.#client)) this.#parts.discard(this.#client)
    else if (this.#client) return this.#client
    this.#client = this.#parts.connect()
    return this.#client
  }

  #answered(): void {
    if (this.#failing) this.#patience.onTrouble(this.#parts.name, null)
    this.#failing = false
  }

  #failed(client: Client, error: unknown): void {
    // Of many that fail together the first tells; the others' connection is gone already.
    if (client !== this.#client) return
    const reason = this.#parts.reason(error, client)
    this.#client = null
    this.#parts.discard(client)
    this.#restsUntil = performance.now() + this.#patience.rest
    if (!this.#failing) this.#patience.onTrouble(this.#parts.name, reason)
    this.#failing = true
  }
}

/** @throws Error when it takes longer */
async function within<Answer>(timeout: number, work: Promise<Answer>): Promise<Answer> {
  const ended = new AbortController()
  const late = setTimeout(timeout, null, { signal: ended.signal }).then(() => {
    throw new Error(`no answer within ${timeout} ms`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    ended.abort()
  }
}
