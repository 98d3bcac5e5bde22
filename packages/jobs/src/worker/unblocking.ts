import type { Engine } from '../engine.ts'
import { unblock } from '../sql/unblock.ts'
import type { ClaimedJob } from './claimed-job.ts'

export interface UnblockingListener {
  /** There may be something to claim. */
  unblocked(): void
  /** A limit leaves room for more in so many ms. */
  againIn(ms: number): void
}

interface Freed {
  serial: Set<string>
  limit: Set<string>
}

/**
 * Lets others start after jobs of strict queues that ended: the next of their keys. A statement of its own, so that ends
 * of plain jobs know nothing of it; should this process die before, the next tending does it.
 */
export class Unblocking {
  readonly #engine: Engine
  readonly #listener: UnblockingListener
  #freed = new Map<string, Freed>()
  #running: Promise<void> | null = null

  constructor(engine: Engine, listener: UnblockingListener) {
    this.#engine = engine
    this.#listener = listener
  }

  /** This job's end is stored. */
  add({ queue, options, strict }: ClaimedJob): void {
    if (!strict) return
    const freed = this.#freed.get(queue) ?? { serial: new Set(), limit: new Set() }
    this.#freed.set(queue, freed)
    if (options?.serialKey !== undefined) freed.serial.add(options.serialKey)
    if (options?.limitKey !== undefined) freed.limit.add(options.limitKey)
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  async done(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    const { database, report } = this.#engine
    // After the batch whose ends were stored together.
    await Promise.resolve()
    while (this.#freed.size > 0) {
      const freed = this.#freed
      this.#freed = new Map()
      for (const [queue, { serial, limit }] of freed) {
        try {
          const [row] = await database.work<{ again: number | null }>(unblock(database.schema), [
            queue,
            [...serial],
            [...limit],
          ])
          if (row?.again != null) this.#listener.againIn(row.again)
        } catch (error) {
          report(error)
        }
      }
      this.#listener.unblocked()
    }
  }
}
