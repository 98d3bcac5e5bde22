export interface Sleeper {
  look(): void
  /** Tells the database whether enqueuing should wake this worker. */
  say(sleeping: boolean): void
}

/** After an empty claim it looks again soon: what was enqueued while it fell asleep woke nobody. Then it is woken. */
const soon = [20, 100, 500]
/** Work that goes on for so long, in ms, and enqueuing need not wake this worker. Telling costs a write. */
const busyAfter = 200
/** Woken more often than this within `busyAfter`, too: who tells makes commits wait for each other. */
const mostWoken = 50
/** Without being woken it looks after so many ms, later if in vain, ... */
const firstLook = 5
const longestLook = 40
/** ... and sleeps once it has found nothing for so long; longer where telling it was too much, as others may be there. */
const watchFor = 100
const watchForOthers = 1_000

/** When a worker without work looks again, and whether it counts as sleeping. Once a poll its tending wakes it, too. */
export class Sleep {
  readonly #sleeper: Sleeper
  /** As registered. */
  #said = true
  #idle = false
  #step = 0
  #timer: NodeJS.Timeout | null = null
  #busyTimer: NodeJS.Timeout | null = null
  #stopped = false
  #watchUntil = Number.NEGATIVE_INFINITY
  #wakes = 0
  /** Those of this while, and when it began. */
  #woken = 0
  #countedFrom = 0

  constructor(sleeper: Sleeper) {
    this.#sleeper = sleeper
  }

  /** Nothing to claim, until it is woken or looks again. */
  get idle(): boolean {
    return this.#idle
  }

  /** How often it was woken, ever. */
  get wakes(): number {
    return this.#wakes
  }

  /** Something was claimed, or no place is free. */
  working(): void {
    this.#step = 0
    if (!this.#said) this.#watchUntil = Math.max(this.#watchUntil, performance.now() + watchFor)
    if (!this.#said || this.#busyTimer || this.#stopped) return
    this.#busyTimer = setTimeout(() => {
      this.#busyTimer = null
      this.#tell(false)
    }, busyAfter)
  }

  /** A claim found nothing. */
  fallAsleep(): void {
    if (this.#stopped) return
    this.#clear()
    this.#idle = true
    if (!this.#said) {
      if (performance.now() < this.#watchUntil) {
        this.#lookAfter(Math.min(firstLook * 2 ** this.#step++, longestLook))
        return
      }
      this.#step = 0
      this.#tell(true)
    }
    const after = soon[this.#step++]
    if (after !== undefined) this.#lookAfter(after)
  }

  /** There is something to claim, or may be. */
  wake(): void {
    this.#step = 0
    this.#wakes++
    this.#count(performance.now())
    this.#wakeUp()
  }

  stop(): void {
    this.#stopped = true
    this.#clear()
  }

  #count(now: number): void {
    if (now - this.#countedFrom > busyAfter) {
      this.#countedFrom = now
      this.#woken = 0
    }
    if (++this.#woken === mostWoken && this.#said && !this.#stopped) {
      this.#watchUntil = now + watchForOthers
      this.#tell(false)
    }
  }

  #lookAfter(ms: number): void {
    this.#timer = setTimeout(() => this.#wakeUp(), ms)
  }

  #wakeUp(): void {
    if (this.#stopped) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#idle = false
    this.#sleeper.look()
  }

  #tell(sleeping: boolean): void {
    this.#said = sleeping
    this.#sleeper.say(sleeping)
  }

  #clear(): void {
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#busyTimer) clearTimeout(this.#busyTimer)
    this.#timer = null
    this.#busyTimer = null
  }
}
