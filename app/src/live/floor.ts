/** Transactions that commit later than this after they published are found by a sweep. */
const settleAfter = 5_000
/** Sweeps take at most this part of the time. */
const sweepShare = 0.05
const sweepEvery = 250

/**
 * From which inbox id a look begins. While some transaction holds back cleaning, the index entries of rows
 * that were moved stay and would be passed over by every look; so looks begin behind what has settled, and
 * now and then one sweeps from the very beginning for what was committed late. Times are milliseconds of
 * one monotonic clock.
 */
export class Floor {
  #floor = 0
  #marks: { at: number; id: number }[] = []
  #nextSweep = 0

  /** Where to begin now: 0 is a sweep. */
  from(now: number): number {
    while (this.#marks[0] && this.#marks[0].at <= now - settleAfter) {
      this.#floor = this.#marks.shift()?.id ?? this.#floor
    }
    return now >= this.#nextSweep ? 0 : this.#floor
  }

  /** Notes a look's end: from where it began, the highest id that it found, and how long it took. */
  looked(look: { from: number; highest: number | null; ended: number; took: number }): void {
    if (look.from === 0) this.#nextSweep = look.ended + Math.max(sweepEvery, look.took / sweepShare)
    if (look.highest !== null) this.#mark(look.ended, look.highest)
  }

  /** Makes the next look a sweep. */
  sweepNext(): void {
    this.#nextSweep = 0
  }

  #mark(at: number, id: number): void {
    const last = this.#marks.at(-1)
    const known = Math.max(this.#floor, last?.id ?? 0)
    if (id <= known) return
    if (last && at - last.at < 100) last.id = id
    else this.#marks.push({ at, id })
  }
}
