import type { ClaimedJob } from './claimed-job.ts'

/** A place in a queue's order: priority as stored, due time in microseconds, id. */
export type Place = readonly [priority: number, runAt: number, id: string]

/** A look below the floors that passes over fewer entries than this goes with every claim. */
const cheap = 4_000
/** One that passes over more may take this part of the time at most. */
const share = 0.05

/** What a look from the beginning cost. */
export interface Probe {
  /** With the claim that it went with. */
  ms: number
  /** Entries of the index that brought no job. They tell dear from slow by chance. */
  passed: number
}

/**
 * Where a claim begins to look in each queue, so that it passes over the dead index entries of jobs taken before. What
 * comes in below (higher priorities, retries, late commits) is found by a probe, which pays for the dead entries: with
 * every claim while there are few, else now and then.
 */
export class Floors {
  readonly #floors = new Map<string, Place>()
  #probeAgainAt = 0

  /** Where to look in each queue, null for the very beginning, and whether to probe below. */
  forClaim(queues: readonly string[], now: number): { places: (string | null)[]; probe: boolean } {
    const places = queues.map((queue) => {
      const floor = this.#floors.get(queue)
      return floor ? `[${floor.join(',')}]` : null
    })
    return { places, probe: now >= this.#probeAgainAt }
  }

  /** Of each queue that has one. */
  all(): Record<string, Place> {
    return Object.fromEntries(this.#floors)
  }

  /** After a claim: the jobs it brought, in order, whether it filled its limit, and what its probe cost. */
  claimed(jobs: readonly ClaimedJob[], full: boolean, probe: Probe | null, now: number): void {
    if (probe) this.#probeAgainAt = probe.passed < cheap ? 0 : now + probe.ms / share
    const last = new Map<string, Place>()
    for (const job of jobs)
      if (!job.suspect && !job.strict) last.set(job.queue, [job.priority, job.runAt, job.id])
    for (const [queue, place] of last) {
      const floor = this.#floors.get(queue)
      // A full claim from the beginning stopped at its last job: there may be more right behind it, below the old floor.
      if (full || !floor || isBefore(floor, place)) this.#floors.set(queue, place)
    }
  }

  /** Jobs came in at this place: look there, too. */
  lower(queue: string, place: Place): void {
    const floor = this.#floors.get(queue)
    if (floor && isBefore(place, floor)) this.#floors.set(queue, place)
  }

  /** Look from the very beginning at the next claim. */
  forget(): void {
    this.#floors.clear()
  }
}

function isBefore(a: Place, b: Place): boolean {
  if (a[0] !== b[0]) return a[0] < b[0]
  if (a[1] !== b[1]) return a[1] < b[1]
  return BigInt(a[2]) < BigInt(b[2])
}
