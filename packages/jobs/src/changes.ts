import type { SqlClient } from './clients.ts'
import type { JobChange } from './job-status.ts'
import { takeChanges } from './sql/take-changes.ts'
import type { JobState } from './types.ts'

/** Looking from the very beginning may take this part of the time at most. */
const sweepShare = 0.05

/**
 * Takes the changes of followed jobs out of their table, in order, in the caller's transaction. It passes over the dead
 * index entries of what was taken before, once the transaction that took it is known to have committed.
 */
export class Changes {
  readonly #schema: string
  #floor = '0'
  #transaction: string | null = null
  #sweepAgainAt = 0

  constructor(schema: string) {
    this.#schema = schema
  }

  async take(client: SqlClient, limit: number): Promise<JobChange[]> {
    const began = performance.now()
    const sweep = began >= this.#sweepAgainAt
    const { rows } = await this.#ask(client, sweep ? '0' : this.#floor, limit)
    const now = performance.now()
    if (sweep) this.#sweepAgainAt = now + (now - began) / sweepShare
    const transaction = rows[0]?.transaction
    this.#transaction = typeof transaction === 'string' ? transaction : null
    const changes = rows.filter((row) => row.pos !== null)
    const last = changes.at(-1)?.pos
    if (last !== undefined && last !== null) this.#floor = String(last)
    return changes.map(changeOf)
  }

  async #ask(client: SqlClient, from: string, limit: number) {
    try {
      return await client.query(takeChanges(this.#schema), [from, limit, this.#transaction])
    } catch (error) {
      // Another server may know nothing of that transaction.
      this.#floor = '0'
      this.#transaction = null
      throw error
    }
  }
}

function changeOf(row: Record<string, unknown>): JobChange {
  return {
    id: String(row.job_id),
    name: String(row.name),
    queue: String(row.queue),
    state: stateOf(row.state),
    progress: row.progress === null ? null : Number(row.progress),
    progressMessage: row.message === null ? null : String(row.message),
    correlationId: row.correlation === null ? null : String(row.correlation),
    at: row.at instanceof Date ? row.at : new Date(String(row.at)),
  }
}

const states: readonly JobState[] = [
  'scheduled',
  'queued',
  'started',
  'finished',
  'failed',
  'canceled',
  'deferred',
]

function stateOf(value: unknown): JobState {
  const state = states.find((known) => known === value)
  if (!state) throw new Error(`There is no state of a job called ${String(value)}.`)
  return state
}
