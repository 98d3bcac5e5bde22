/**
 * Subject      what events are about: a kind and an id, such as `case` and `LT-1234-5678`
 * Event key    what may happen to a subject: `reject_case`
 * Code         how it happened: `COI`. A code means something only together with its key
 * Place        an event's number within its subject: 1, 2, 3 …
 * Chain        the events of a subject, each proved by a mac over itself and the mac before it
 * Head         how many events a subject has, and the last one's mac
 * Content      notes, context and patch: what may be about a person, and can be erased
 */

/** Who may choose codes. `operator_manager` may choose what `operator` may, `admin` everything. */
export const eventRoles = ['admin', 'operator', 'operator_manager', 'specialist', 'staff'] as const
export type EventRole = (typeof eventRoles)[number]

/** `outcome`: what a person decided. `event`: what happened. `system`: written by the program, never chosen. */
export const eventTypes = ['outcome', 'system', 'event'] as const
export type EventType = (typeof eventTypes)[number]

/** How much an event matters, as the number that is stored. */
export const levels = { HIGH: 29, MODERATE: 21, MINOR: 11 } as const
export type Level = keyof typeof levels

/** Where a code stands among others when it names no order. */
export const defaultOrder = 10_000

/** Characters of notes at most. */
export const longestNotes = 5_000

/** A JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue }

/** What an event is about. */
export interface Subject {
  /** Up to 40 letters: `case`, `file`, `setting`. */
  kind: string
  /** Up to 200 letters. */
  id: string
}

/** A step of RFC 6902. */
export type PatchStep =
  | { op: 'add' | 'replace' | 'test'; path: string; value: JsonValue }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; path: string; from: string }

/** A change of a document, and the way back. */
export interface Patch {
  forwards: PatchStep[]
  backwards: PatchStep[]
}

/** An event as it stands in the log. */
export interface LoggedEvent {
  /** Grows with each event, whatever its subject. */
  id: number
  subject: Subject
  /** 1, 2, 3 … within the subject. */
  place: number
  key: string
  code: string
  type: EventType
  level: Level
  /** The timer that ran. */
  timer: string | null
  /** Null once erased; `''` for none. */
  notes: string | null
  context: JsonValue
  patch: Patch | null
  /** An account's id; null for the program itself. */
  createdBy: string | null
  createdAt: Date
  /** The request or job that it came from. */
  correlationId: string | null
  /** When notes, context and patch were erased; null while they stand. */
  erasedAt: Date | null
}
