import type { Engine } from '../engine.ts'
import { completeAndTake } from '../sql/complete-and-take.ts'
import { type ClaimedJob, claimedJob } from './claimed-job.ts'
import type { Strays } from './strays.ts'

/** What `complete` takes, in its order. */
export type CompleteValues = readonly unknown[]

export interface Completed {
  missing: readonly string[]
  /** By the id of the job that it follows. */
  next: ReadonlyMap<string, ClaimedJob>
}

/**
 * A worker stays with a serial key for a while: the statement that stores a job's end takes the next of its key, which
 * runs in the same place. Nobody is asked whether the key is free meanwhile: it never is.
 */
export class Turns {
  readonly #engine: Engine
  readonly #membership: { readonly id: number }
  readonly #strays: Strays
  readonly #kept = new Set<ClaimedJob>()
  #stopped = false

  constructor(engine: Engine, membership: { readonly id: number }, strays: Strays) {
    this.#engine = engine
    this.#membership = membership
    this.#strays = strays
  }

  /** How many places are kept for jobs that may follow. */
  get kept(): number {
    return this.#kept.size
  }

  /** Whether the place of this job is kept. */
  keeps(job: ClaimedJob): boolean {
    return this.#kept.has(job)
  }

  /** This job has finished: its place is kept for the next of its key until `left`, if that may follow it. */
  finished(job: ClaimedJob): void {
    if (!this.#stopped && job.turnEnds !== null && performance.now() < job.turnEnds) this.#kept.add(job)
  }

  /** Its place is free. */
  left(job: ClaimedJob): void {
    this.#kept.delete(job)
  }

  /** From now on none follows another. */
  stop(): void {
    this.#stopped = true
    this.#kept.clear()
  }

  /** Stores the ends of jobs, some of which keep their places, and takes the next of their keys. */
  async complete(values: CompleteValues, keeping: readonly ClaimedJob[]): Promise<Completed> {
    const { database, timing } = this.#engine
    const worker = this.#membership.id
    const turns = keeping.map(({ id, queue, options, name, priority }) => ({
      id,
      queue,
      key: options?.serialKey,
      name,
      priority,
    }))
    const asked = this.#strays.asks()
    const rows = await database
      .workInText({
        text: completeAndTake(database.schema),
        values: [...values, JSON.stringify(turns), worker],
      })
      .catch((error: unknown) => {
        this.#strays.failed(asked)
        throw error
      })
    const missing: string[] = JSON.parse(rows.pop()?.at(-1) ?? '[]').map(String)
    const before = new Map(keeping.map((job) => [job.id, job]))
    const next = new Map<string, ClaimedJob>()
    for (const row of rows) {
      const [after, more] = row.slice(15)
      const turnEnds = before.get(after ?? '')?.turnEnds ?? performance.now() + timing.turn
      next.set(after ?? '', claimedJob(row, true, true, more === 't' ? turnEnds : null))
    }
    this.#strays.answered(asked, [...next.values()])
    // Buried meanwhile: others will find these.
    return { missing, next: worker === this.#membership.id ? next : new Map() }
  }
}
