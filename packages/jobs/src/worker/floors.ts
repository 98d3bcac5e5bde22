import type { ClaimedJob } from './claimed-job.ts'

/** A place in a queue's order: priority as stored, due time in microseconds, id. */
export type Place = readonly [priority: number, runAt: number, id: string]

/** A look below the floors that costs less than this, in ms, goes with every claim. */
const cheap = 0.5
/** One that costs more may take this part of the time at most. */
const share = 0.05
/** The cheapest of the last looks counts: a busy machine makes some of them slow, dead entries all. */
const remembered = 3

/**
 * Where a claim begins to look in each queue, so that it passes over the dead index entries of jobs taken before. What
 * comes in below (higher priorities, retries, late commits) is found by a probe, which pays for the dead entries: with
 * every claim while there are few, else now and then.
 */
export class Floors {
  readonly #floors = new Map<string, Place>()
  #probes: number[] = []
  #probeAgainAt = 0

  /** Where to look in each queue, null for the very beginning, and whether to probe below. */
  forClaim(queues: readonly string[], now: number): { places: (string | null)[]; probe: boolean } {
    const places = queues.map((queue) => {
      const floor = this.#floors.get(queue)
      return floor ? `[${floor.join(',')}]` : null
    })
    return { places, probe: now >= this.#probeAgainAt }
  }

  /** After a claim: the jobs it brought, in order, whether it filled its limit, and what its probe cost in ms. */
  claimed(jobs: readonly ClaimedJob[], full: boolean, probeMs: number | null, now: number): void {
    if (probeMs !== null) this.#probed(probeMs, now)
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

  #probed(ms: number, now: number): void {
    this.#probes = [ms, ...this.#probes].slice(0, remembered)
    // A first one that is slow by chance would hide what comes in below for long.
    const cost = this.#probes.length < remembered ? 0 : Math.min(...this.#probes)
    this.#probeAgainAt = cost < cheap ? 0 : now + cost / share
  }
}

function isBefore(a: Place, b: Place): boolean {
  if (a[0] !== b[0]) return a[0] < b[0]
  if (a[1] !== b[1]) return a[1] < b[1]
  return BigInt(a[2]) < BigInt(b[2])
}
