import type pg from 'pg'
import { isWatched } from './interest.ts'
import type { Live, Logger } from './live.ts'
import { namesIn } from './names.ts'
import { publish } from './publish.ts'
import { Reader } from './reader.ts'
import type { LiveFeed } from './resting-feed.ts'
import { Sequencer } from './sequencer.ts'

/** How long after publishing a process counts as one that cares for a sequencer, in milliseconds. */
const caresFor = 60_000

export interface LiveOptions {
  /** For short questions; the bus has two connections of its own beside, one of them only while somebody subscribes. */
  pool: pg.Pool
  /** Where those two connect: the server itself, not a pooler that shares sessions. */
  listenUrl: string
  /** Default `factotum`. */
  schema?: string
  /** What else the sequencer takes, in its own transaction. */
  feeds?: LiveFeed[]
  log: Logger
  /** Bytes of the newest events kept in memory; a subscriber that falls behind them is dropped. Default 8 MiB. */
  windowBytes?: number
}

/** This process's part of the bus. */
export function createLive(options: LiveOptions): Live {
  const { pool, listenUrl: url, feeds = [], log, windowBytes = 8 * 1024 * 1024 } = options
  const names = namesIn(options.schema ?? 'factotum')
  let lastPublished = Number.NEGATIVE_INFINITY
  const reader = new Reader({ url, pool, names, log, windowBytes })
  const busy = () => reader.busy || performance.now() - lastPublished < caresFor
  const sequencer = new Sequencer({ url, names, feeds, log, busy })
  return {
    publish(client, ...messages) {
      if (!busy()) sequencer.hurry()
      lastPublished = performance.now()
      return publish(client, names.schema, messages)
    },
    async subscribe(what, sink) {
      const subscription = await reader.subscribe(what, sink)
      sequencer.hurry()
      return subscription
    },
    watched: (topic) => isWatched(pool, names, topic),
    async start() {
      sequencer.start()
    },
    async stop() {
      await Promise.all([reader.stop(), sequencer.stop()])
    },
  }
}
