import type { EventRole, EventType, Level } from './types.ts'

/** One way in which an event may go. */
export interface EventCode {
  type: EventType
  level: Level
  /** Roles that may choose it; empty: anyone. */
  selectableBy: readonly EventRole[]
  /** For people. */
  description: string
  /** Whether it stops the running timer. */
  stopsTimer: boolean
  /** Lower stands first; default 10000. */
  order?: number
  /** Who must act next: a value, null for nobody, or what a function makes of the subject; absent: as it was. */
  setRequiresActionBy?: string | null | OfSubject['decide']
}

/** A method, so that a feature may name the type of its subject, and `process` holds it to that. */
interface OfSubject {
  /** Undefined leaves it as it was. */
  decide(state: unknown): string | null | undefined
}

export type EventCodes = Record<string, EventCode>

/** An event's key with all its codes. */
export interface EventDefinition<Key extends string, Codes extends EventCodes, Choice> {
  readonly key: Key
  readonly codes: Codes
  /** Finds the code from what the caller knows, where none is given; undefined when it can't say. */
  chooseCode?(choice: Choice): (keyof Codes & string) | undefined
}

/** A definition of which nothing more is known. */
export interface AnyEvents {
  readonly key: string
  readonly codes: EventCodes
  chooseCode?(choice: unknown): string | undefined
}

/** The codes of a definition. */
export type CodeOf<Events extends AnyEvents> = keyof Events['codes'] & string

/** What `chooseCode` of a definition wants to know. */
export type ChoiceOf<Events extends AnyEvents> = Events extends {
  chooseCode?(choice: infer Choice): unknown
}
  ? Choice
  : never

/** What the definition's functions want to know of the subject. */
export type StateOf<Events extends AnyEvents> = Joined<
  {
    [Code in CodeOf<Events>]: Events['codes'][Code] extends {
      setRequiresActionBy: (state: infer State) => unknown
    }
      ? State
      : never
  }[CodeOf<Events>]
>

/** All members of a union at once. */
type Joined<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/**
 * Says what may happen to a subject under one key; exported from a module's `events.ts`. It is checked when it
 * is registered, where the file is known.
 */
export function defineEvents<
  const Key extends string,
  const Codes extends EventCodes,
  Choice = unknown,
>(definition: {
  key: Key
  codes: Codes
  chooseCode?(choice: Choice): (NoInfer<keyof Codes> & string) | undefined
}): EventDefinition<Key, Codes, Choice> {
  return definition
}
