import type { Database } from './database.ts'
import { insertJobs, type NewJob } from './enqueue.ts'
import { causedByData } from './sql-state.ts'

interface Waiting {
  job: NewJob
  queue: string
  resolve(id: string): void
  reject(error: unknown): void
}

/** At most so many statements on the way; calls made meanwhile gather for the next. */
const statementsAtOnce = 2
const mostJobs = 1_000
const mostCharacters = 4_000_000

/**
 * Enqueues calls of the same moment in one statement. Each caller still waits for its own commit, and a single caller
 * waits no longer than alone.
 */
export class SharedEnqueue {
  readonly #database: Database
  readonly #know: (queue: string) => Promise<void>
  #waiting: Waiting[] = []
  #onTheWay = 0
  #scheduled = false

  /** @param know makes sure that a queue is listed */
  constructor(database: Database, know: (queue: string) => Promise<void>) {
    this.#database = database
    this.#know = know
  }

  add(job: NewJob, queue: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, queue, resolve, reject })
      this.#schedule()
    })
  }

  /** After the microtasks, so that all calls of this moment are there. */
  #schedule(): void {
    if (this.#scheduled || this.#onTheWay >= statementsAtOnce || this.#waiting.length === 0) return
    this.#scheduled = true
    process.nextTick(() => {
      this.#scheduled = false
      void this.#send()
    })
  }

  async #send(): Promise<void> {
    const batch = this.#take()
    this.#onTheWay++
    this.#schedule()
    try {
      const ids = await this.#store(batch)
      for (const [index, { resolve, reject }] of batch.entries()) {
        const id = ids[index]
        if (id === undefined) reject(new Error('The database answered fewer ids than there are jobs.'))
        else resolve(id)
      }
    } catch (error) {
      await this.#settleFailed(batch, error)
    } finally {
      this.#onTheWay--
      this.#schedule()
    }
  }

  #take(): Waiting[] {
    let characters = 0
    let count = 0
    for (const { job } of this.#waiting) {
      characters += job.args.length
      if (count > 0 && (count >= mostJobs || characters > mostCharacters)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #store(batch: Waiting[]): Promise<string[]> {
    await this.#database.ready()
    for (const queue of new Set(batch.map((one) => one.queue))) await this.#know(queue)
    return insertJobs(
      this.#database.pool,
      this.#database.schema,
      batch.map(({ job }) => job),
    )
  }

  /** What the data of one caused is no other's fault: then each goes alone. Of a lost connection all learn. */
  async #settleFailed(batch: Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1 || !causedByData(error)) {
      for (const { reject } of batch) reject(error)
      return
    }
    for (const one of batch) {
      await this.#store([one]).then(([id]) => one.resolve(id ?? ''), one.reject)
    }
  }
}
