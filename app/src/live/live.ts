import type { IncomingMessage } from 'node:http'
import type { Logger as PinoLogger } from 'pino'
import type { LiveEvent, LiveMessage, Topic } from './messages.ts'

/** Where the bus tells what went wrong and that it healed. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>

/** Whatever can send SQL with numbered parameters: a `pg` client or pool. */
export interface SqlClientLike {
  query(sql: string, values: unknown[]): Promise<unknown>
}

/** Whether somebody may see an event; asked for each event and each subscriber that has one. */
export type Sees = (event: LiveEvent) => boolean

/** What the user behind a request may see; null: nothing at all, the request is refused. */
export type Authorize = (request: IncomingMessage) => Sees | null | Promise<Sees | null>

/** Told of each connection and of what ends it when its user may not stay; the answer is called once it has ended. */
export type WhileAllowed = (request: IncomingMessage, end: () => void) => () => void

/** Where a subscriber's events go. */
export interface LiveSink {
  /** Takes the next events, in order. While a returned promise is pending no further ones come. */
  events(batch: readonly LiveEvent[]): void | Promise<void>
  /** What was between the given cursor and `cursor` is not known any more: load afresh. Events go on behind `cursor`. */
  reset(cursor: string): void
  /** The bus ended this subscription; `cursor` says how far it came. Not called after `Subscription.close`. */
  closed?(reason: CloseReason, cursor: string): void
}

/** `slow`: the subscriber fell too far behind. `stopped`: this process goes. `failed`: its sink threw. */
export type CloseReason = 'slow' | 'stopped' | 'failed'

export interface SubscribeOptions {
  topics: readonly Topic[]
  /** Go on behind this cursor; default: from now. */
  after?: string
  /** Leaves out what this subscriber may not see; default: sees all. */
  sees?: Sees
}

export interface Subscription {
  /** How far it came, events of other topics included. */
  readonly cursor: string
  close(): void
}

/** One bus of the program, in this process. */
export interface Live {
  /**
   * Leaves messages in the caller's transaction: they are seen exactly if it commits.
   * @throws LiveError when a message is not what can be published
   */
  publish(client: SqlClientLike, ...messages: LiveMessage[]): Promise<void>
  /** Answers once whatever commits from now on will be received; the sink is first called after that. */
  subscribe(options: SubscribeOptions, sink: LiveSink): Promise<Subscription>
  /** Whether anybody, in any process, watched this topic in the last hour. */
  watched(topic: Topic): Promise<boolean>
  /** Begins to take part in sequencing; does not wait for the database. */
  start(): Promise<void>
  /** Ends all subscriptions and connections. */
  stop(): Promise<void>
}
