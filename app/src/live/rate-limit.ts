/** So many at once, and so many a second from then on. */
export class RateLimit {
  readonly #burst: number
  readonly #perSecond: number
  #left: number
  #at = 0

  constructor({ burst, perSecond }: { burst: number; perSecond: number }) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#left = burst
  }

  /** Whether one more is allowed; takes it if so. `now`: milliseconds of a monotonic clock. */
  allows(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
