import type { ClaimedJob } from './claimed-job.ts'

/** A place in a queue's order: priority as stored, due time in microseconds, id. */
export type Place = readonly [priority: number, runAt: number, id: string]

/** Looking from the very beginning may take this part of the time at most. */
const sweepShare = 0.05

/**
 * Where a claim begins to look in each queue, so that it passes over the dead index entries of jobs taken before. What
 * comes in below (late commits, retries, higher priorities) is found by a sweep from the very beginning.
 */
export class Floors {
  readonly #floors = new Map<string, Place>()
  #sweepAgainAt = 0

  /** Null means from the very beginning. All at once are null in a sweep. */
  forClaim(queues: readonly string[], now: number): { places: (string | null)[]; sweep: boolean } {
    const sweep = now >= this.#sweepAgainAt
    return { places: queues.map((queue) => (sweep ? null : this.#text(queue))), sweep }
  }

  /** After a claim: the jobs it brought, in order, and whether it filled its limit. */
  claimed(jobs: readonly ClaimedJob[], full: boolean, sweep: boolean, began: number, now: number): void {
    if (sweep) this.#sweepAgainAt = now + (now - began) / sweepShare
    const last = new Map<string, Place>()
    for (const job of jobs) if (!job.suspect) last.set(job.queue, [job.priority, job.runAt, job.id])
    for (const [queue, place] of last) {
      const floor = this.#floors.get(queue)
      // A full sweep stopped at its last job: there may be more right behind it, below the old floor.
      if (full || !floor || isBefore(floor, place)) this.#floors.set(queue, place)
    }
  }

  /** Jobs came in at this place: look there, too. */
  lower(queue: string, place: Place): void {
    const floor = this.#floors.get(queue)
    if (floor && isBefore(place, floor)) this.#floors.set(queue, place)
  }

  /** Look from the very beginning at the next claim. */
  sweepNow(): void {
    this.#sweepAgainAt = 0
  }

  #text(queue: string): string | null {
    const floor = this.#floors.get(queue)
    return floor ? `[${floor.join(',')}]` : null
  }
}

function isBefore(a: Place, b: Place): boolean {
  if (a[0] !== b[0]) return a[0] < b[0]
  if (a[1] !== b[1]) return a[1] < b[1]
  return BigInt(a[2]) < BigInt(b[2])
}
