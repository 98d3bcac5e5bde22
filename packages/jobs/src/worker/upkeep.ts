import { disownOverdue } from '../cancel.ts'
import type { Engine } from '../engine.ts'
import { dropHistory } from '../history.ts'
import { makePartitions } from '../partitions.ts'
import { deleteOrphans } from '../sql/delete-orphans.ts'
import { rollUpTally } from '../sql/roll-up-tally.ts'
import { sampleWaits } from '../sql/sample-waits.ts'

/** Of history, for each minute: a thousand jobs or two, fewer where they are large. */
const sampledPages = 32

/** The slow part of tending, by one worker at a time: partitions, tallies, waits, cancels that nobody answered. */
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
    this.#running = this.#alone(() => this.#work())
      .catch(this.#engine.report)
      .then(() => {
        if (!this.#stopped) this.start()
      })
  }

  /** The lock is a transaction's: a session's would stay behind in a pooler's connection. It keeps nobody else waiting. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const { workers, schema } = this.#engine.database
    const client = await workers.connect()
    // A connection lost while it waits for the work would else end the process.
    const ignore = () => {}
    client.on('error', ignore)
    let broken: Error | undefined
    try {
      await client.query('begin')
      const { rows } = await client.query<{ mine: boolean }>(
        'select pg_try_advisory_xact_lock(hashtext($1)) as mine',
        [`upkeep:${schema}`],
      )
      if (rows[0]?.mine) await work()
    } finally {
      await client.query('rollback').catch((error: Error) => {
        broken = error
      })
      client.off('error', ignore)
      client.release(broken)
    }
  }

  async #work(): Promise<void> {
    const { database, kept } = this.#engine
    const { workers, schema } = database
    await disownOverdue(this.#engine)
    // First: it asks the tally for the minutes in which jobs finished.
    await workers.query(sampleWaits(schema), [sampledPages])
    await workers.query(rollUpTally(schema))
    await workers.query(deleteOrphans(schema))
    const client = await workers.connect()
    try {
      await makePartitions(client, schema)
    } finally {
      client.release()
    }
    // Last: it may wait for readers.
    await dropHistory(workers, schema, kept)
  }
}
