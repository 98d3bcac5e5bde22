/** A worker claims ahead what it surely starts within this time, in ms, and no more. */
const horizon = 50
const mostAhead = 2_000
/** Claims and endings are measured over windows of at least this, in ms. */
const shortestWindow = 10

/** How many jobs a worker should have at hand beyond those that run, by how fast jobs ended of late. */
export class Pace {
  #perMs = 0
  #windowBegan: number
  #ended = 0

  constructor(now: number) {
    this.#windowBegan = now
  }

  /** A run ended. */
  count(): void {
    this.#ended++
  }

  /** How many to have ahead. */
  ahead(now: number): number {
    const length = now - this.#windowBegan
    if (length >= shortestWindow) {
      // As it was in the last window, up and down: what is claimed ahead of slower jobs is handed back soon.
      this.#perMs = this.#ended / length
      this.#windowBegan = now
      this.#ended = 0
    }
    return Math.min(Math.floor(this.#perMs * horizon), mostAhead)
  }
}
