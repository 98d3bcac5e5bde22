/** How long between two looks at the beats is still one watch, as a multiple of the time between beats. */
const mostMissed = 2.5

/**
 * Whose beat stands still, by this process's own monotonic clock alone. A look that failed, came late or took long
 * begins the watch anew: while nothing could be seen, nobody is declared dead.
 */
export class Watch {
  readonly #deadAfter: number
  readonly #longestGap: number
  #seen = new Map<string, { beat: string; since: number }>()
  #lastLook: number | null = null

  constructor({ beat, dead }: { beat: number; dead: number }) {
    this.#deadAfter = dead
    this.#longestGap = beat * mostMissed
  }

  /** A look failed. */
  blind(): void {
    this.#seen.clear()
    this.#lastLook = null
  }

  /**
   * Takes a look's answer; answers the dead with the beat they stand at.
   *
   * @param asked when the look was asked for, `now` when its answer was there, both in ms of a monotonic clock
   */
  look(beats: ReadonlyMap<string, string>, asked: number, now: number): { id: string; beat: string }[] {
    const gap = this.#lastLook === null ? 0 : now - this.#lastLook
    if (gap > this.#longestGap || now - asked > this.#longestGap) this.#seen.clear()
    this.#lastLook = now
    const seen = new Map<string, { beat: string; since: number }>()
    const dead: { id: string; beat: string }[] = []
    for (const [id, beat] of beats) {
      const before = this.#seen.get(id)
      const since = before?.beat === beat ? before.since : now
      seen.set(id, { beat, since })
      // By the shortest that it can have been: what an answer shows is as old as its question.
      if (asked - since >= this.#deadAfter) dead.push({ id, beat })
    }
    this.#seen = seen
    return dead
  }
}
