import type pg from 'pg'
import { Floor } from './floor.ts'
import type { Names } from './names.ts'
import { columns, type EncodedMessage } from './publish.ts'
import { FeedFailed, type RestingFeed } from './resting-feed.ts'

/** Messages in one look: small enough to keep its transaction short. */
const most = 2_000

/** Gives positions. Only the session that leads may have one. */
export class Mover {
  readonly #client: pg.Client
  readonly #names: Names
  readonly #feeds: RestingFeed[]
  readonly #floor = new Floor()
  #last: number

  /** Reads where the series of positions stands. */
  static async begin(client: pg.Client, names: Names, feeds: RestingFeed[]): Promise<Mover> {
    // Asked twice: a partition that was dropped during the first statement counts in the second.
    const last = async () => {
      const { rows } = await client.query<{ last: string }>(`select ${names.schema}.live_last() as last`)
      return Number(rows[0]?.last)
    }
    return new Mover(client, names, feeds, Math.max(await last(), await last()))
  }

  private constructor(client: pg.Client, names: Names, feeds: RestingFeed[], last: number) {
    this.#client = client
    this.#names = names
    this.#feeds = feeds
    this.#last = last
  }

  /** Moves what there is; answers how many, and whether there may be more at once. */
  async look({ sweep = false } = {}): Promise<{ moved: number; more: boolean }> {
    if (sweep) this.#floor.sweepNext()
    const began = performance.now()
    const from = this.#floor.from(began)
    const { moved, highest, more } = await this.#inTransaction((fed) => this.#move(from, fed))
    const ended = performance.now()
    this.#floor.looked({ from, highest, ended, took: ended - began })
    this.#last += moved
    return { moved, more: more || moved >= most }
  }

  async #inTransaction(move: (fed: EncodedMessage[]) => Promise<Moved>): Promise<Moved & { more: boolean }> {
    const feeds = this.#feeds.filter((feed) => feed.ready())
    if (feeds.length === 0) return { ...(await move([])), more: false }
    // One snapshot for all: a message that was written after a fed change was seen can't come without it.
    await this.#client.query('begin isolation level repeatable read')
    try {
      let more = false
      const fed: EncodedMessage[] = []
      for (const feed of feeds) {
        const taken = await feed.take(this.#client, most)
        more ||= taken.full
        fed.push(...taken.messages)
      }
      const moved = await move(fed)
      await this.#client.query('commit')
      return { ...moved, more }
    } catch (error) {
      await this.#client.query('rollback')
      if (error instanceof FeedFailed) return { moved: 0, highest: null, more: true }
      throw error
    }
  }

  async #move(from: number, fed: EncodedMessage[]): Promise<Moved> {
    const { rows } = await this.#client.query<{ moved: string; highest: string | null }>(
      `select moved, highest, pg_notify($6, '')
       from ${this.#names.schema}.live_move($1, $2, $3, $4::text[], $5::json[]) where moved > 0`,
      [from, most, this.#last, ...columns(fed), this.#names.eventChannel],
    )
    const [row] = rows
    return { moved: Number(row?.moved ?? 0), highest: row?.highest ? Number(row.highest) : null }
  }
}

interface Moved {
  moved: number
  highest: number | null
}
