import type { ClaimedJob } from './claimed-job.ts'

/** A claimed job that still waits after this is handed back, in ms: others may be idle. */
const longest = 100

/** The jobs of one claim: those from `next` on still wait. */
interface Batch {
  readonly since: number
  jobs: readonly ClaimedJob[]
  next: number
}

/** Jobs that a worker has claimed and not begun, in order, and not for long. */
export class Ahead {
  readonly #handBack: (jobs: ClaimedJob[]) => void
  #batches: Batch[] = []
  #length = 0
  #timer: NodeJS.Timeout | null = null

  constructor(handBack: (jobs: ClaimedJob[]) => void) {
    this.#handBack = handBack
  }

  get length(): number {
    return this.#length
  }

  add(jobs: readonly ClaimedJob[]): void {
    if (jobs.length === 0) return
    this.#batches.push({ since: performance.now(), jobs, next: 0 })
    this.#length += jobs.length
    this.#watch()
  }

  next(): ClaimedJob | undefined {
    const [batch] = this.#batches
    if (!batch) return undefined
    const job = batch.jobs[batch.next++]
    this.#length--
    if (batch.next === batch.jobs.length) this.#batches.shift()
    return job
  }

  /** Takes one out, if it waits here. @param token null where it is not known */
  take(id: string, token: string | null): ClaimedJob | undefined {
    for (const batch of this.#batches) {
      const jobs = waiting(batch)
      const job = jobs.find((job) => job.id === id && (token === null || job.token === token))
      if (!job) continue
      batch.jobs = jobs.filter((other) => other !== job)
      batch.next = 0
      this.#length--
      this.#batches = this.#batches.filter(({ jobs }) => jobs.length > 0)
      return job
    }
    return undefined
  }

  /** Takes all out. */
  clear(): ClaimedJob[] {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    return this.#takeOut(this.#batches.length)
  }

  /** The first so many batches. */
  #takeOut(count: number): ClaimedJob[] {
    const jobs = this.#batches.splice(0, count).flatMap(waiting)
    this.#length -= jobs.length
    return jobs
  }

  #watch(): void {
    if (this.#timer || this.#length === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      const now = performance.now()
      const late = this.#takeOut(this.#batches.filter(({ since }) => now - since >= longest).length)
      if (late.length > 0) this.#handBack(late)
      this.#watch()
    }, longest)
  }
}

const waiting = ({ jobs, next }: Batch) => jobs.slice(next)
