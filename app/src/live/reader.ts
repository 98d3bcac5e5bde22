import type pg from 'pg'
import { parseCursor } from './cursor.ts'
import { LiveError } from './error.ts'
import { type Page, readState, replayPage, type State } from './event-store.ts'
import { type Audience, Follower } from './follower.ts'
import { renewInterest } from './interest.ts'
import type { LiveSink, Logger, SubscribeOptions } from './live.ts'
import { topics as known, type LiveEvent, type Topic } from './messages.ts'
import type { Names } from './names.ts'
import { type Source, Subscriber } from './subscriber.ts'
import { parseTopics } from './topics.ts'
import { Window } from './window.ts'

/** How long it goes on without subscribers, in milliseconds: a page that is left is often followed by another. */
const lingerFor = 10_000
/** Positions looked through at once when a subscriber comes back. */
const replayed = 2_000

export interface ReaderOptions {
  url: string
  pool: pg.Pool
  names: Names
  log: Logger
  /** Bytes of events that all subscribers share; who falls behind them is dropped. */
  windowBytes: number
}

/** Hands the events on to all subscribers of this process; does nothing while there are none. */
export class Reader implements Source {
  readonly #options: ReaderOptions
  readonly #follower: Follower
  readonly #subscribers = new Set<Subscriber>()
  #begun: Promise<void> | null = null
  #joining = 0
  #lastLeft = 0
  #stopped = false
  #epoch = ''
  #window: Window

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#window = new Window(0, options.windowBytes)
    this.#follower = new Follower(options, this.#audience())
  }

  get epoch(): string {
    return this.#epoch
  }

  get window(): Window {
    return this.#window
  }

  get busy(): boolean {
    return this.#subscribers.size > 0
  }

  async subscribe({ topics, after, sees }: SubscribeOptions, sink: LiveSink): Promise<Subscriber> {
    parseTopics(topics)
    this.#joining++
    try {
      await this.#follow()
      const fresh = topics.filter((topic) => !this.#topics().includes(topic))
      if (fresh.length > 0) await renewInterest(this.#options.pool, this.#options.names, fresh)
      const position = after === undefined ? this.#window.last : await this.#resume(after)
      if (this.#stopped) throw new LiveError('stopped', 'This process is being stopped.')
      const place = { epoch: this.#epoch, position: position ?? this.#window.last }
      const subscriber = new Subscriber(this, place, { topics, sees, sink })
      this.#subscribers.add(subscriber)
      subscriber.begin(position === null)
      return subscriber
    } finally {
      this.#joining--
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const subscriber of this.#subscribers) subscriber.end('stopped')
    await this.#begun?.catch(() => {})
    await this.#follower.ended()
  }

  async replay(
    after: number,
    topics: readonly Topic[],
  ): Promise<{ events: LiveEvent[]; upto: number } | null> {
    const upto = Math.min(after + replayed, this.#window.last)
    const { pool, names } = this.#options
    const events = await replayPage(pool, names, { epoch: this.#epoch, after, upto, topics })
    return events && { events, upto }
  }

  left(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
    this.#lastLeft = performance.now()
  }

  failed(error: unknown): void {
    this.#options.log.warn({ err: error }, 'A live subscriber failed and is dropped.')
  }

  #follow(): Promise<void> {
    if (this.#stopped) throw new LiveError('stopped', 'This process is being stopped.')
    const forget = () => {
      this.#begun = null
    }
    this.#begun ??= this.#follower.begin(forget).catch((error) => {
      forget()
      throw error
    })
    return this.#begun
  }

  /** The position to go on behind; null where that is not known any more. */
  async #resume(after: string): Promise<number | null> {
    const cursor = parseCursor(after)
    if (!cursor || cursor.epoch !== this.#epoch) return null
    if (cursor.position <= this.#window.last) return cursor.position
    // Ahead of what this process has read; or of what there is, where an older copy was put back.
    const { last } = await readState(this.#options.pool, this.#options.names)
    return cursor.position <= last ? cursor.position : null
  }

  #topics(): Topic[] {
    return known.filter((topic) => [...this.#subscribers].some((subscriber) => subscriber.topics.has(topic)))
  }

  #wanted(): boolean {
    if (this.#stopped) return false
    return this.#joining > 0 || this.busy || performance.now() - this.#lastLeft < lingerFor
  }

  #audience(): Audience {
    return {
      wanted: () => this.#wanted(),
      topics: () => this.#topics(),
      position: () => this.#window.last,
      epoch: () => this.#epoch,
      begin: (state) => this.#begin(state),
      accept: (page) => this.#accept(page),
      restart: (state) => {
        this.#begin(state)
        for (const subscriber of this.#subscribers) subscriber.reset()
      },
    }
  }

  #begin({ epoch, last }: State): void {
    this.#epoch = epoch
    this.#window = new Window(last, this.#options.windowBytes)
  }

  /** Trims only afterwards: who takes all at once never falls behind. */
  #accept({ events }: Page): void {
    if (events.length === 0) return
    for (const { event, bytes } of events) this.#window.push(event, bytes)
    for (const subscriber of this.#subscribers) subscriber.advance()
    this.#window.trim()
  }
}
