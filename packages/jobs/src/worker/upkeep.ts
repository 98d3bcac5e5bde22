import { disownOverdue } from '../cancel.ts'
import type { Engine } from '../engine.ts'
import { keepPartitions } from '../history.ts'
import { rollUpTally } from '../sql/roll-up-tally.ts'

/** The slow part of tending, by one worker at a time: partitions, tallies, cancels that nobody answered. */
export class Upkeep {
  readonly #engine: Engine
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  start(): void {
    const { upkeep } = this.#engine.timing
    // Apart from each other, as several workers often start at once.
    this.#timer = setTimeout(() => this.#turn(), upkeep * (0.5 + Math.random() / 2))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#running
  }

  #turn(): void {
    this.#running = this.#work()
      .catch(this.#engine.report)
      .then(() => {
        if (!this.#stopped) this.start()
      })
  }

  async #work(): Promise<void> {
    const { database } = this.#engine
    const client = await database.workers.connect()
    try {
      const { rows } = await client.query<{ mine: boolean }>(
        'select pg_try_advisory_lock(hashtext($1)) as mine',
        [`upkeep:${database.schema}`],
      )
      if (!rows[0]?.mine) return
      try {
        await keepPartitions(client, database.schema)
        await client.query(rollUpTally(database.schema))
        await disownOverdue(this.#engine)
      } finally {
        await client.query('select pg_advisory_unlock(hashtext($1))', [`upkeep:${database.schema}`])
      }
    } finally {
      client.release()
    }
  }
}
