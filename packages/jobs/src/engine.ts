import type { Database } from './database.ts'
import type { Events } from './events.ts'
import type { KeptDays } from './history.ts'
import type { Hooks } from './hooks.ts'
import type { CallOptions, RunOptions } from './job-options.ts'
import type { Listener } from './listen.ts'
import type { Metrics } from './metrics.ts'
import type { HandlerPlace } from './sandbox/handler-module.ts'
import type { SandboxSpec } from './sandbox/sandbox.ts'
import type { ScheduleOptions } from './schedule.ts'
import type { Waited } from './schema.ts'
import type { Duration, Json } from './types.ts'

/** A definition as the engine's inner parts see it: the types of its arguments are the door's business. */
export interface KnownJob {
  readonly name: string
  readonly options: RunOptions
  /** Options in milliseconds; null where not given. */
  readonly timeout: number | null
  readonly backoffDelay: number | null
  /** Takes the arguments as JSON text. Null in a program that only enqueues it. */
  readonly handler: ((args: string) => unknown) | null
  /** Where workers run it instead of calling `handler`; null for in their own event loop. */
  readonly sandbox: KnownSandbox | null
  /** As the definition's own, for who knows its types at run time only. */
  scheduleCron(call: CallOptions, rule: ScheduleOptions, args: readonly Json[]): Promise<string>
}

export interface KnownSandbox {
  readonly spec: SandboxSpec
  readonly handler: HandlerPlace
  /** What is sent for arguments that come as JSON text: that, or what a schema made of it. */
  args(text: string): Waited<string | readonly unknown[]>
}

/** Times of the engine, in milliseconds; tests shorten them. */
export interface Timing {
  /** Between two beats of a worker. */
  beat: number
  /** A worker whose beat stood still for so long is dead. */
  dead: number
  /** Between two looks of an idle worker. */
  poll: number
  /** From the signal of a cancel to the disowning of its job. */
  cancelGrace: number
  /** Between two writes of progress and log of a worker. */
  report: number
  /** Between two tidyings: partitions, tallies, cancels that nobody answered. */
  upkeep: number
  /** A scheduler that stands still within a fire for so long has not made it: another does. */
  fire: number
  /** Between two questions whether the listening connection is alive. */
  listen: number
  /** A sandbox that ran nothing for so long ends. */
  sandboxIdle: number
  /** For so long a worker may stay with one serial key, before others of the queue get its place. */
  turn: number
}

export const defaultTiming: Timing = {
  beat: 2_000,
  dead: 10_000,
  poll: 5_000,
  cancelGrace: 5_000,
  report: 250,
  upkeep: 60_000,
  fire: 10_000,
  listen: 15_000,
  sandboxIdle: 60_000,
  turn: 50,
}

/** What the parts of one manager share. */
export interface Engine {
  readonly database: Database
  readonly listener: Listener
  readonly events: Events
  readonly metrics: Metrics
  readonly hooks: Hooks[]
  readonly definitions: ReadonlyMap<string, KnownJob>
  readonly timing: Timing
  readonly kept: KeptDays
  /** What will be done a little later, unless the manager closes first. */
  readonly pending: Set<NodeJS.Timeout>
  /** Calls back when a definition gets a handler; answers how to stop that. */
  onHandler(listener: () => void): () => void
  /** Tells of an error in the background, by the event `error`. */
  report(error: unknown): void
}

export type StopOptions = { grace?: Duration }
