import type { Engine } from '../engine.ts'
import { claim } from '../sql/claim.ts'
import { claimedJobs, infoOf } from './claimed-batch.ts'
import type { ClaimedJob } from './claimed-job.ts'
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

/** What the row without jobs of a claim tells; see `claim` in the migrations. */
interface ClaimInfo {
  /** In ms, and how many entries it passed over. */
  probe: number | null
  passed: number | null
  strict: string[] | null
  again: number | null
  /** Ids of its jobs behind which others of their serial key wait. */
  more: string[] | null
}

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
    const told = infoOf(rows)
    const info: ClaimInfo | null = told ? JSON.parse(told) : null
    const now = performance.now()
    const jobs = claimedJobs(rows, {
      free,
      strict: new Set(info?.strict),
      more: new Set(info?.more),
      turnEnds: now + timing.turn,
    })
    const cost = info?.probe == null ? null : { ms: info.probe, passed: info.passed ?? 0 }
    this.#floors.claimed(jobs, jobs.length >= limit, cost, now)
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
