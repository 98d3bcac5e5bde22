import type pg from 'pg'
import type { Logger } from './live.ts'
import type { LiveMessage } from './messages.ts'
import { type EncodedMessage, encodeMessage } from './publish.ts'

/**
 * Takes messages from elsewhere, at most `limit`, inside the sequencer's transaction: what it deletes there
 * and returns here gets its positions exactly once.
 */
export type LiveFeed = (client: pg.ClientBase, limit: number) => Promise<LiveMessage[]>

/** A feed that rests after a failure, so that it can't stop the others and the inbox. */
export class RestingFeed {
  readonly #feed: LiveFeed
  readonly #log: Logger
  #failures = 0
  #until = 0

  constructor(feed: LiveFeed, log: Logger) {
    this.#feed = feed
    this.#log = log
  }

  ready(): boolean {
    return performance.now() >= this.#until
  }

  /**
   * Answers encoded messages; leaves out, with a line in the log, what can't be published.
   * @throws FeedFailed after which the transaction has to be rolled back; the feed rests 1 s, then longer, to 1 min.
   */
  async take(client: pg.ClientBase, limit: number): Promise<{ messages: EncodedMessage[]; full: boolean }> {
    try {
      const messages = await this.#feed(client, limit)
      this.#failures = 0
      return {
        messages: messages.flatMap((message) => this.#encode(message)),
        full: messages.length >= limit,
      }
    } catch (error) {
      this.#rest(error)
      throw new FeedFailed({ cause: error })
    }
  }

  #encode(message: LiveMessage): EncodedMessage[] {
    try {
      return [encodeMessage(message)]
    } catch (error) {
      this.#log.error({ err: error }, 'A live feed gave a message that cannot be published; it is left out.')
      return []
    }
  }

  #rest(error: unknown): void {
    const rest = Math.min(1_000 * 2 ** this.#failures++, 60_000)
    this.#until = performance.now() + rest
    this.#log.warn({ err: error }, `A live feed failed and rests ${rest} ms.`)
  }
}

export class FeedFailed extends Error {
  constructor(options: ErrorOptions) {
    super('A live feed failed.', options)
    this.name = 'FeedFailed'
  }
}
