import { type Line, openLine } from './line.ts'
import type { Logger } from './live.ts'
import type { Names } from './names.ts'
import { dropPartitions, makePartitions } from './partitions.ts'

/** Milliseconds; partitions are made for much longer ahead. */
const every = 5 * 60_000

/**
 * Looks after the partitions while this process leads. On a connection of its own: dropping may have to
 * wait for a reader, and messages must not wait for it.
 */
export class Tidier {
  readonly #url: string
  readonly #names: Names
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #line: Line | null = null
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(url: string, names: Names, log: Logger) {
    this.#url = url
    this.#names = names
    this.#log = log
  }

  start(): void {
    this.#running = this.#tidy()
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#tidy())
    }, every)
  }

  /** Cuts short what it does: the next one goes on. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#line?.close()
    await this.#running
  }

  async #tidy(): Promise<void> {
    if (this.#stopped) return
    try {
      const line = await openLine(this.#url, 'factotum live partitions')
      this.#line = line
      try {
        if (!this.#stopped) await tidy(line, this.#names)
      } finally {
        this.#line = null
        await line.close()
      }
    } catch (error) {
      if (!this.#stopped)
        this.#log.warn({ err: error }, 'Old live events were not dropped; next try in 5 minutes.')
    }
  }
}

async function tidy({ client }: Line, names: Names): Promise<void> {
  await client.query(
    "select set_config('lock_timeout', '5s', false), set_config('statement_timeout', '30s', false)",
  )
  await makePartitions(client, names)
  await dropPartitions(client, names)
}
