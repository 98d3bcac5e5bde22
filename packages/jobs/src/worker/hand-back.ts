import type { Engine } from '../engine.ts'
import { release } from '../sql/release.ts'
import { stillHeld } from '../sql/still-held.ts'
import { type Fenced, FencedWrites } from './fenced-writes.ts'

const mostAtOnce = 1_000

/** Gives claimed jobs back to their queues: until it is so, nobody else can run them. */
export class HandBack {
  readonly #writes: FencedWrites<Fenced>

  constructor({ database, report }: Engine) {
    const write = async (sql: string, items: readonly Fenced[]) => {
      const values = [items.map(({ id }) => id), items.map(({ token }) => token)]
      const rows = await database.work<{ id: string }>(sql, values)
      return new Set(rows.map(({ id }) => id))
    }
    this.#writes = new FencedWrites<Fenced>({
      atOnce: 1,
      most: mostAtOnce,
      mostWeight: Number.POSITIVE_INFINITY,
      write: async (items) => {
        const freed = await write(release(database.schema), items)
        return items.flatMap(({ id }) => (freed.has(id) ? [] : id))
      },
      held: (items) => write(stillHeld(database.schema), items),
      written: () => {},
      lost: () => {},
      refused: (_item, error) => report(error),
      report,
    })
  }

  add(jobs: readonly Fenced[]): void {
    for (const { id, token } of jobs) this.#writes.add({ id, token })
  }

  /** Resolves when all is given back, or after `ms`: what is left then goes with the worker's place on the list. */
  async settled(ms: number): Promise<void> {
    const giveUp = setTimeout(() => this.#writes.abandon(), ms)
    await this.#writes.settled()
    clearTimeout(giveUp)
  }
}
