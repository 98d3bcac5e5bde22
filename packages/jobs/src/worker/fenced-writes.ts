import { causedByData } from '../sql-state.ts'

/** What a claim may write about: the database refuses it once the token is another's. */
export interface Fenced {
  readonly id: string
  readonly token: string
}

export interface FencedWriter<Item extends Fenced> {
  /** At most so many statements on the way. */
  atOnce: number
  most: number
  /** How heavy an item is; a batch is no heavier than `mostWeight`, but for a single one. Default: nothing. */
  weight?(item: Item): number
  mostWeight: number
  /** Writes a batch; answers the ids that were passed over: locked by somebody at this moment, or lost. */
  write(items: readonly Item[]): Promise<readonly string[]>
  /** Those of the given items that this claim still owns. */
  held(items: readonly Item[]): Promise<ReadonlySet<string>>
  written(items: readonly Item[]): void
  lost(item: Item): void
  /** The database can not store this one, whatever is tried. */
  refused(item: Item, error: unknown): void
  report(error: unknown): void
}

const firstPause = 50
const longestPause = 2_000

/**
 * Writes of a worker about its jobs, gathered into batches. A row that somebody has locked does not hold up the others;
 * a database that is away is waited for.
 */
export class FencedWrites<Item extends Fenced> {
  readonly #writer: FencedWriter<Item>
  #waiting: Item[] = []
  #onTheWay = 0
  #scheduled = false
  #pausing: NodeJS.Timeout | null = null
  #pause = firstPause
  /** Items that were locked, each with its next try. */
  #later = 0
  #abandoned = false
  #idle: (() => void)[] = []

  constructor(writer: FencedWriter<Item>) {
    this.#writer = writer
  }

  /** How many are not written yet. */
  get backlog(): number {
    return this.#waiting.length + this.#later
  }

  add(item: Item): void {
    this.#waiting.push(item)
    this.#schedule()
  }

  /** Resolves when all is written, lost or abandoned. */
  async settled(): Promise<void> {
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Tries no more. What is not written will be found by whoever rescues this worker's jobs. */
  abandon(): void {
    this.#abandoned = true
    this.#waiting = []
    if (this.#pausing) clearTimeout(this.#pausing)
    this.#pausing = null
    this.#tellIdle()
  }

  #schedule(): void {
    const able = !this.#scheduled && !this.#pausing && this.#onTheWay < this.#writer.atOnce
    if (!able || this.#waiting.length === 0) return
    this.#scheduled = true
    process.nextTick(() => {
      this.#scheduled = false
      void this.#send(this.#take())
    })
  }

  #take(): Item[] {
    const { most, mostWeight, weight } = this.#writer
    if (!weight) return this.#waiting.splice(0, most)
    let sum = 0
    let count = 0
    for (const item of this.#waiting) {
      sum += weight(item)
      if (count === most || (count > 0 && sum > mostWeight)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #send(batch: Item[]): Promise<void> {
    if (batch.length === 0) return
    this.#onTheWay++
    this.#schedule()
    try {
      await this.#write(batch)
      this.#pause = firstPause
    } catch (error) {
      await this.#failed(batch, error)
    } finally {
      this.#onTheWay--
      this.#schedule()
      this.#tellIdle()
    }
  }

  async #write(all: Item[]): Promise<void> {
    const batch = this.#withoutOutdated(all)
    const missing = new Set(await this.#writer.write(batch))
    if (missing.size === 0) return this.#writer.written(batch)
    this.#writer.written(batch.filter(({ id }) => !missing.has(id)))
    await this.#sortOut(batch.filter(({ id }) => missing.has(id)))
  }

  /** Answers tell jobs by their ids: of two claims of one job, whose ends waited side by side, the former is lost. */
  #withoutOutdated(items: Item[]): Item[] {
    const latest = new Map(items.map((item) => [item.id, item]))
    if (latest.size === items.length) return items
    for (const item of items) {
      const other = latest.get(item.id)
      if (other && BigInt(item.token) > BigInt(other.token)) latest.set(item.id, item)
    }
    for (const item of items) if (latest.get(item.id) !== item) this.#writer.lost(item)
    return [...latest.values()]
  }

  /** Missing is not lost: claimers and strangers lock rows for a while. */
  async #sortOut(items: Item[]): Promise<void> {
    const held = await this.#untilAnswered(() => this.#writer.held(items))
    if (!held) return
    for (const item of items) {
      if (held.has(item.id)) this.#tryLater(item)
      else this.#writer.lost(item)
    }
  }

  #tryLater(item: Item, pause = firstPause): void {
    if (this.#abandoned) return
    this.#later++
    setTimeout(async () => {
      const alone = await this.#alone(item)
      this.#later--
      if (!alone) this.#tryLater(item, Math.min(pause * 2, longestPause))
      this.#tellIdle()
    }, pause)
  }

  /** False where its row is still locked, or the database away. */
  async #alone(item: Item): Promise<boolean> {
    if (this.#abandoned) return true
    try {
      const missing = await this.#writer.write([item])
      if (missing.length === 0) {
        this.#writer.written([item])
        return true
      }
      const held = await this.#writer.held([item])
      if (held.has(item.id)) return false
      this.#writer.lost(item)
      return true
    } catch (error) {
      this.#writer.report(error)
      return false
    }
  }

  async #failed(batch: Item[], error: unknown): Promise<void> {
    if (this.#abandoned) return
    if (causedByData(error)) {
      if (batch.length === 1 && batch[0]) this.#writer.refused(batch[0], error)
      else for (const item of batch) await this.#one(item)
      return
    }
    this.#writer.report(error)
    this.#waiting.unshift(...batch)
    this.#pausing ??= setTimeout(() => {
      this.#pausing = null
      this.#schedule()
    }, this.#pause)
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  async #one(item: Item): Promise<void> {
    try {
      await this.#write([item])
    } catch (error) {
      await this.#failed([item], error)
    }
  }

  async #untilAnswered<T>(ask: () => Promise<T>): Promise<T | null> {
    for (let pause = firstPause; !this.#abandoned; pause = Math.min(pause * 2, longestPause)) {
      try {
        return await ask()
      } catch (error) {
        this.#writer.report(error)
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    return null
  }

  #isIdle(): boolean {
    return this.#abandoned || (this.#waiting.length === 0 && this.#onTheWay === 0 && this.#later === 0)
  }

  #tellIdle(): void {
    if (!this.#isIdle()) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
