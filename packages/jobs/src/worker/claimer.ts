import type { Engine } from '../engine.ts'
import { claim } from '../sql/claim.ts'
import { type ClaimedJob, claimedJob } from './claimed-job.ts'
import type { Floors } from './floors.ts'

export interface ClaimRequest {
  worker: number
  names: string[]
  /** How many at most. */
  limit: number
  /** The first so many start at once. */
  free: number
}

export interface Claimed {
  jobs: ClaimedJob[]
  /** After so many ms a limit leaves room for more; null where none is in the way. */
  again: number | null
}

/** What the last row of a claim tells; see `claim` in the migrations. */
interface ClaimInfo {
  probe: number | null
  strict: string[] | null
  again: number | null
  /** Ids of its jobs behind which others of their serial key wait. */
  more: string[] | null
}

const none: ReadonlySet<string> = new Set()

/** Takes jobs for a worker, each claim a little later in the queues than the one before. */
export class Claimer {
  readonly #engine: Engine
  readonly #floors: Floors
  #queues: string[]

  constructor(engine: Engine, queues: readonly string[], floors: Floors) {
    this.#engine = engine
    this.#floors = floors
    this.#queues = [...queues]
  }

  async claim({ worker, names, limit, free }: ClaimRequest): Promise<Claimed> {
    const { database, metrics, timing } = this.#engine
    const queues = this.#nextOrder()
    const { places, probe } = this.#floors.forClaim(queues, performance.now())
    const rows = await database.workInText({
      text: claim(database.schema),
      values: [worker, queues, places, names, limit, free, probe],
    })
    // Its row without a job comes last, if there is one.
    const last = rows.at(-1)?.[0] === null ? rows.pop()?.at(-1) : null
    const info: ClaimInfo | null = last ? JSON.parse(last) : null
    const strict = info?.strict ? new Set(info.strict) : none
    const more = new Set(info?.more)
    const now = performance.now()
    const jobs = rows.map((row, index) => {
      const turnEnds = more.has(row[0] ?? '') ? now + timing.turn : null
      return claimedJob(row, index < free, strict.has(row[3] ?? ''), turnEnds)
    })
    this.#floors.claimed(jobs, rows.length >= limit, info?.probe ?? null, now)
    metrics.claims++
    if (jobs.length === 0) metrics.emptyClaims++
    return { jobs, again: info?.again ?? null }
  }

  /** Each queue comes first in turn, so that a full one does not starve the others. */
  #nextOrder(): string[] {
    const [first, ...rest] = this.#queues
    if (first !== undefined) this.#queues = [...rest, first]
    return this.#queues
  }
}
