import type { JobErrorCode } from '../errors.ts'
import type { Duration } from '../types.ts'
import type { HandlerPlace } from './handler-module.ts'

/** One attempt, as it is sent to a sandbox. */
export interface Order {
  /** Tells this run's messages from those of the one before. */
  run: number
  handler: HandlerPlace
  /** JSON text, or the list itself where a schema made it. */
  args: string | readonly unknown[]
  job: {
    id: string
    name: string
    queue: string
    attempt: number
    /** ISO 8601. */
    scheduledFor: string
    correlationId: string | null
  }
}

/** From the worker to a sandbox. */
export type ToSandbox =
  | ({ kind: 'run' } & Order)
  | { kind: 'abort'; run: number; code: JobErrorCode; message: string }
  /** Messages of this run were taken: as many more may come. */
  | { kind: 'heard'; run: number; count: number }
  | ({ kind: 'answer'; run: number; ask: number } & ({ value: unknown } | { error: SentError }))

/** What a handler said. */
export interface Said {
  /** How long ago, in ms, and what. */
  lines: [ago: number, line: string][]
  progress: { value: number; message: string | null } | null
}

/** An error on its way; `code` where it is a JobError. */
export interface SentError {
  thrown: 'error' | 'other'
  name: string
  message: string
  stack: string | null
  code: string | null
  /** Of a Snooze. */
  delay: Duration | null
}

/** What a handler asks of what is kept beside its job. */
export type Question =
  | { what: 'steps' }
  | { what: 'save'; name: string; result: string }
  | { what: 'parents' }

/** From a sandbox to its worker. */
export type FromSandbox =
  | { kind: 'up' }
  /** The handler is loaded and begins. */
  | { kind: 'begun'; run: number }
  | ({ kind: 'said'; run: number } & Said)
  | { kind: 'ask'; run: number; ask: number; question: Question }
  /** `used`: memory in MB that the sandbox holds after the run. */
  | ({ kind: 'ended'; run: number; outcome: { result: string } | { error: SentError }; used: number } & Said)
  /** An error that nobody caught: the sandbox ends. */
  | { kind: 'died'; error: SentError }

const kinds = new Set(['up', 'begun', 'said', 'ask', 'ended', 'died'])

/** Null for what is none of ours: a handler can send on the same way. */
export function fromSandbox(value: unknown): FromSandbox | null {
  return isFromSandbox(value) ? value : null
}

function isFromSandbox(value: unknown): value is FromSandbox {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    kinds.has(value.kind)
  )
}
