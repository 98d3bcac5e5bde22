export interface Sleeper {
  look(): void
  /** Tells the database whether enqueuing should wake this worker. */
  say(sleeping: boolean): void
}

/** After an empty claim it looks again soon: what was enqueued while it fell asleep woke nobody. Then it is woken. */
const soon = [20, 100, 500]
/** Work that goes on for so long, in ms, and enqueuing need not wake this worker. Telling costs a write. */
const busyAfter = 200

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

  constructor(sleeper: Sleeper) {
    this.#sleeper = sleeper
  }

  /** Nothing to claim, until it is woken or looks again. */
  get idle(): boolean {
    return this.#idle
  }

  /** Something was claimed, or no place is free. */
  working(): void {
    this.#step = 0
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
    if (!this.#said) this.#tell(true)
    this.#idle = true
    const after = soon[this.#step++]
    if (after !== undefined) this.#timer = setTimeout(() => this.#wakeUp(), after)
  }

  /** There is something to claim, or may be. */
  wake(): void {
    this.#step = 0
    this.#wakeUp()
  }

  stop(): void {
    this.#stopped = true
    this.#clear()
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
