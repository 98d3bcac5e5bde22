import { Bell } from './bell.ts'
import { waitForLead } from './election.ts'
import { lead } from './lead.ts'
import { type Line, openLine } from './line.ts'
import type { Logger } from './live.ts'
import { Mover } from './mover.ts'
import type { Names } from './names.ts'
import { makePartitions } from './partitions.ts'
import { type LiveFeed, RestingFeed } from './resting-feed.ts'
import { Tidier } from './tidier.ts'

const retryAfter = { first: 100, last: 5_000 }

export interface SequencerOptions {
  url: string
  names: Names
  feeds: LiveFeed[]
  log: Logger
  /** Whether this process publishes or watches: it then sees sooner that there is no sequencer. */
  busy: () => boolean
}

/** This process's part in sequencing: it waits for its turn, leads, and comes back after every loss. */
export class Sequencer {
  readonly #options: SequencerOptions
  readonly #feeds: RestingFeed[]
  readonly #bell = new Bell()
  readonly #stopped = new AbortController()
  #running: Promise<void> | null = null

  constructor(options: SequencerOptions) {
    this.#options = options
    this.#feeds = options.feeds.map((feed) => new RestingFeed(feed, options.log))
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Looks at once: something may be there now that was not looked for. */
  hurry(): void {
    this.#bell.ring()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#bell.ring()
    await this.#running
  }

  async #run(): Promise<void> {
    let retry = retryAfter.first
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#withLine(async (line) => {
          retry = retryAfter.first
          await this.#takePart(line)
        })
      } catch (error) {
        this.#options.log.warn({ err: error }, `The live sequencer failed; it tries again in ${retry} ms.`)
        await this.#bell.wait(retry)
        retry = Math.min(retry * 2, retryAfter.last)
      }
    }
  }

  async #withLine(work: (line: Line) => Promise<void>): Promise<void> {
    const line = await openLine(this.#options.url, 'factotum live sequencer')
    line.lost.addEventListener('abort', () => this.#bell.ring())
    try {
      await work(line)
    } finally {
      await line.close()
    }
  }

  async #takePart(line: Line): Promise<void> {
    const { names, busy, log } = this.#options
    const stopped = this.#stopped.signal
    await line.listen(names.leadChannel, () => this.#bell.ring())
    if (!(await waitForLead(line, names, { bell: this.#bell, busy, stopped }))) return
    await line.listen(names.wakeChannel, () => this.#bell.ring())
    await line.client.query(`select ${names.schema}.live_settle()`)
    await makePartitions(line.client, names)
    log.debug('This process is the live sequencer.')
    const tidier = new Tidier(this.#options.url, names, log)
    tidier.start()
    try {
      const mover = await Mover.begin(line.client, names, this.#feeds)
      await lead({ line, names, mover, hasFeeds: this.#feeds.length > 0, bell: this.#bell, stopped })
    } finally {
      await tidier.stop()
    }
    // The next one need not find out by itself.
    await line.client.query("select pg_advisory_unlock_all(), pg_notify($1, '')", [names.leadChannel])
  }
}
