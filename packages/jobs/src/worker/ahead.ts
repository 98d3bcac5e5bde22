import type { ClaimedJob } from './claimed-job.ts'

/** A claimed job that still waits after this is handed back, in ms: others may be idle. */
const longest = 100

/** Jobs that a worker has claimed and not begun, in order, and not for long. */
export class Ahead {
  readonly #handBack: (jobs: ClaimedJob[]) => void
  #waiting: { job: ClaimedJob; since: number }[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(handBack: (jobs: ClaimedJob[]) => void) {
    this.#handBack = handBack
  }

  get length(): number {
    return this.#waiting.length
  }

  add(jobs: readonly ClaimedJob[]): void {
    const since = performance.now()
    for (const job of jobs) this.#waiting.push({ job, since })
    this.#watch()
  }

  next(): ClaimedJob | undefined {
    return this.#waiting.shift()?.job
  }

  /** Takes one out, if it waits here. @param token null where it is not known */
  take(id: string, token: string | null): ClaimedJob | undefined {
    const index = this.#waiting.findIndex(
      ({ job }) => job.id === id && (token === null || job.token === token),
    )
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]?.job
  }

  /** Takes all out. */
  clear(): ClaimedJob[] {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    return this.#waiting.splice(0).map(({ job }) => job)
  }

  #watch(): void {
    if (this.#timer || this.#waiting.length === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      const now = performance.now()
      const late = this.#waiting.filter(({ since }) => now - since >= longest)
      if (late.length > 0) {
        this.#waiting = this.#waiting.slice(late.length)
        this.#handBack(late.map(({ job }) => job))
      }
      this.#watch()
    }, longest)
  }
}
