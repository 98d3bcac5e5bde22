import pg from 'pg'
import type { LogFn } from 'pino'
import { createLive, type Live, type LiveEvent, type LiveFeed, type Logger, type Topic } from '../index.ts'

/** A process's part of the bus, as one process has it, with a pool of its own. */
export interface TestBus {
  live: Live
  pool: pg.Pool
  /** Warnings and errors, for a test that expects none, or a certain one. */
  complaints: string[]
  stop(): Promise<void>
}

export async function startBus(
  url: string,
  options: { feeds?: LiveFeed[]; windowBytes?: number; sequence?: boolean } = {},
): Promise<TestBus> {
  const { sequence = true, ...rest } = options
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  // The server may end idle connections on purpose in a test.
  pool.on('error', () => {})
  const complaints: string[] = []
  const live = createLive({ pool, listenUrl: url, log: logInto(complaints), ...rest })
  if (sequence) await live.start()
  return {
    live,
    pool,
    complaints,
    async stop() {
      await live.stop()
      await pool.end()
    },
  }
}

/** Keeps what was warned of, as text. */
export function logInto(lines: string[]): Logger {
  const keep: LogFn = (...given: unknown[]) => {
    lines.push(given.map((one) => (typeof one === 'string' ? one : '')).join(''))
  }
  return { debug: () => {}, info: () => {}, warn: keep, error: keep }
}

/** A subscriber that keeps all it gets. */
export interface Collector {
  events: LiveEvent[]
  resets: string[]
  closed: string | null
  cursor(): string
  close(): void
}

export async function collect(live: Live, topics: Topic[], after?: string): Promise<Collector> {
  const events: LiveEvent[] = []
  const resets: string[] = []
  const collector: Collector = { events, resets, closed: null, cursor: () => '', close: () => {} }
  const subscription = await live.subscribe(
    { topics, ...(after === undefined ? {} : { after }) },
    {
      events: (batch) => {
        events.push(...batch)
      },
      reset: (cursor) => {
        resets.push(cursor)
      },
      closed(reason) {
        collector.closed = reason
      },
    },
  )
  collector.cursor = () => subscription.cursor
  collector.close = () => subscription.close()
  return collector
}
