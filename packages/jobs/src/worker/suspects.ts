import type { Engine } from '../engine.ts'
import { claimSuspects } from '../sql/claim-suspects.ts'
import { type ClaimedJob, claimedJob } from './claimed-job.ts'

/** So many run side by side in a worker: should it die again, so many have to run alone. */
const company = 8

export interface SuspectsRequest {
  worker: number
  names: string[]
  /** Free places. */
  free: number
  /** How many suspects run. */
  running: number
}

/**
 * What ran when a worker died. After a first death in company a job runs beside others, but with few suspects; after a
 * second one it runs alone: this worker claims nothing else, waits until it has ended what it has, and runs only that.
 * A worker that has run one alone does other work for as long, if there is any.
 */
export class Suspects {
  readonly #engine: Engine
  readonly #queues: readonly string[]
  /** There may be some to claim now. */
  due = true
  #waiting: ClaimedJob | null = null
  /** The one that runs alone began then. */
  #aloneSince: number | null = null
  #restUntil = Number.NEGATIVE_INFINITY
  /** At the last look none was taken to run alone, as this worker had just done that. */
  #rested = false

  constructor(engine: Engine, queues: readonly string[]) {
    this.#engine = engine
    this.#queues = queues
  }

  /** One waits to run alone, or does: nothing else may begin. */
  get alone(): boolean {
    return this.#waiting !== null || this.#aloneSince !== null
  }

  /** Claims some, if that is due. They start at once; one that must run alone is kept for `next`. */
  async claim({ worker, names, free, running }: SuspectsRequest): Promise<ClaimedJob[]> {
    const mayBeAlone = performance.now() >= this.#restUntil
    if (!this.due && !(this.#rested && mayBeAlone)) return []
    // Before the look: what comes meanwhile is looked for again.
    this.due = false
    this.#rested = !mayBeAlone
    const { database } = this.#engine
    const rows = await database
      .workInText({
        text: claimSuspects(database.schema),
        values: [worker, this.#queues, names, Math.min(free, company - running), mayBeAlone],
      })
      .catch((error: unknown) => {
        this.due = true
        throw error
      })
    if (rows.length > 0) this.due = true
    const alone = rows[0]?.[16] === 't'
    const jobs = rows.map((row) => claimedJob(row, !alone, row[15] === 't', null))
    if (alone) this.#waiting = jobs[0] ?? null
    return jobs
  }

  /** The one to be run alone, once the worker has nothing else: to be begun at once. */
  next(idle: boolean): ClaimedJob | null {
    if (!idle) return null
    const now = performance.now()
    if (this.#aloneSince !== null) {
      this.#restUntil = now + (now - this.#aloneSince)
      this.#aloneSince = null
    }
    const job = this.#waiting
    this.#waiting = null
    if (job) this.#aloneSince = now
    return job
  }

  /** There is nothing else to do. True where that is news: another one may run alone at once. */
  endRest(): boolean {
    if (!this.#rested) return false
    this.#restUntil = Number.NEGATIVE_INFINITY
    this.due = true
    return true
  }

  /** Takes out the one that waits, if it is this. @param token null where it is not known */
  take(id: string, token: string | null): ClaimedJob | undefined {
    const job = this.#waiting
    return job?.id === id && (token === null || job.token === token) ? this.clear()[0] : undefined
  }

  /** Takes out the one that waits. */
  clear(): ClaimedJob[] {
    const job = this.#waiting
    this.#waiting = null
    return job ? [job] : []
  }
}
