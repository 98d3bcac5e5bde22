import { Bell } from './bell.ts'
import { type Page, readPage, type State, settle } from './event-store.ts'
import { renewEvery, renewInterest } from './interest.ts'
import { type Line, openLine } from './line.ts'
import type { Logger } from './live.ts'
import type { Topic } from './messages.ts'
import type { Names } from './names.ts'

/** Milliseconds. The look is for a notification that was lost. */
const lookEvery = 1_000
const retryAfter = { first: 100, last: 5_000 }
/** Events read at once. */
const most = 500

/** For whom the events are followed. */
export interface Audience {
  /** Whether there is anybody; nobody for a while ends the following. */
  wanted(): boolean
  topics(): Topic[]
  /** The position behind which to read. */
  position(): number
  begin(state: State): void
  /** New events, or a page that says that they don't follow on what was read before. */
  accept(page: Page): void
  /** Everything before is another series, or was dropped: the state to begin from. */
  restart(state: State): void
  epoch(): string
}

/** Reads the events in order, woken by notifications and by the clock; comes back after every lost connection. */
export class Follower {
  readonly #url: string
  readonly #names: Names
  readonly #log: Logger
  readonly #audience: Audience
  readonly #bell = new Bell()
  #running: Promise<void> = Promise.resolve()
  #renewed = 0

  constructor(options: { url: string; names: Names; log: Logger }, audience: Audience) {
    this.#url = options.url
    this.#names = options.names
    this.#log = options.log
    this.#audience = audience
  }

  /** Answers once it follows. @throws when the database can't be reached now */
  async begin(ended: () => void): Promise<void> {
    const line = await this.#open()
    try {
      this.#audience.begin(await settle(line.client, this.#names))
    } catch (error) {
      await line.close()
      throw error
    }
    this.#renewed = 0
    this.#running = this.#run(line).finally(ended)
  }

  /** Looks at once, also whether it is still wanted. */
  hurry(): void {
    this.#bell.ring()
  }

  async ended(): Promise<void> {
    this.#bell.ring()
    await this.#running
  }

  async #run(first: Line): Promise<void> {
    let line: Line | null = first
    let retry = retryAfter.first
    while (this.#audience.wanted()) {
      try {
        line ??= await this.#reopen()
        retry = retryAfter.first
        await this.#follow(line)
      } catch (error) {
        this.#log.warn({ err: error }, `The live reader lost its database; it tries again in ${retry} ms.`)
        await line?.close()
        line = null
        await this.#bell.wait(retry)
        retry = Math.min(retry * 2, retryAfter.last)
      }
    }
    await line?.close()
  }

  async #follow(line: Line): Promise<void> {
    while (this.#audience.wanted()) {
      line.lost.throwIfAborted()
      const page = await readPage(line.client, this.#names, this.#audience.position(), most)
      if (page.gap || page.epoch !== this.#audience.epoch()) {
        this.#audience.restart(await settle(line.client, this.#names))
        continue
      }
      this.#audience.accept(page)
      if (page.events.length === most) continue
      await this.#renew(line)
      await this.#bell.wait(lookEvery)
    }
  }

  async #renew(line: Line): Promise<void> {
    if (performance.now() - this.#renewed < renewEvery) return
    this.#renewed = performance.now()
    const topics = this.#audience.topics()
    if (topics.length > 0) await renewInterest(line.client, this.#names, topics)
  }

  async #reopen(): Promise<Line> {
    const line = await this.#open()
    await settle(line.client, this.#names)
    return line
  }

  async #open(): Promise<Line> {
    const line = await openLine(this.#url, 'factotum live reader')
    line.lost.addEventListener('abort', () => this.#bell.ring())
    await line.listen(this.#names.eventChannel, () => this.#bell.ring())
    return line
  }
}
