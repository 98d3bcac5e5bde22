import type { Content } from './chain.ts'
import type { Chooser } from './choose-code.ts'
import type { AnyEvents, ChoiceOf, CodeOf } from './define.ts'
import { EventError } from './error.ts'
import { type JsonValue, longestNotes, type Patch, type Subject } from './types.ts'

/** Where an event comes from. */
export interface Cause {
  /** An account's id; null for the program itself. */
  createdBy: string | null
  /** The request or job. */
  correlationId?: string | undefined
}

/** What is told of an event. */
export type Entry<Code extends string = string, Choice = unknown> = Told<Code, Choice> & Choosing

interface Told<Code, Choice> extends Pick<Cause, 'correlationId'> {
  /** Absent: what `chooseCode` says, or the only code. */
  code?: Code | undefined
  /** What `chooseCode` of the definition wants to know. */
  choice?: Choice | undefined
  /** Up to 5,000 characters; default none. */
  notes?: string | undefined
  /** Up to 64 KiB as JSON. */
  context?: JsonValue | undefined
  /** What `diff` made; up to 256 KiB as JSON. */
  patch?: Patch | undefined
}

/**
 * Who causes an event, and who chose its code: the role of the person who did (null: an account without one), which
 * must be allowed to, or `program`, which may write any. Where an account causes it, that has to be said: what a
 * person sent as the code must not pass for the program's choice.
 */
type Choosing = { createdBy: null; chosenBy?: Chooser } | { createdBy: Cause['createdBy']; chosenBy: Chooser }

/** What is told of one of these events. */
export type EntryOf<Events extends AnyEvents> = Entry<CodeOf<Events>, ChoiceOf<Events>>

const mostContextBytes = 64 * 1024
const mostPatchBytes = 256 * 1024

/** @throws EventError event_invalid */
export function checkSubject({ kind, id }: Subject): void {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(kind)) {
    throw invalid(
      `The kind of a subject has up to 40 of a-z, 0-9 and _, a letter first; "${kind.slice(0, 60)}" has not.`,
    )
  }
  if (id === '' || id.length > 200 || id.includes('\0')) {
    throw invalid('The id of a subject has 1 to 200 letters, none of which is NUL.')
  }
}

/**
 * Notes, context and patch as they are stored.
 *
 * @throws EventError event_invalid
 */
export function contentOf({
  notes = '',
  context,
  patch,
}: Pick<Entry, 'notes' | 'context' | 'patch'>): Content {
  // Twice as many UTF-16 units is the most that so many characters can have.
  const length = notes.length > 2 * longestNotes ? notes.length : [...notes].length
  if (length > longestNotes) {
    throw invalid(`The notes have ${length} characters; ${longestNotes} are allowed. Shorten them.`)
  }
  if (notes.includes('\0'))
    throw invalid('The notes have a NUL character, which is not allowed. Take it out.')
  return {
    notes: wellFormed(notes),
    context: jsonText('context', context, mostContextBytes),
    patch: jsonText(
      'patch',
      patch && { forwards: patch.forwards, backwards: patch.backwards },
      mostPatchBytes,
    ),
  }
}

function jsonText(what: string, value: unknown, most: number): string | null {
  if (value === undefined || value === null) return null
  const text = wellFormed(JSON.stringify(value))
  const bytes = Buffer.byteLength(text)
  if (bytes <= most) return text
  throw invalid(
    `The ${what} of the event has ${bytes} bytes; ${most} are allowed. Store it elsewhere and name it here.`,
  )
}

/** Half a surrogate pair can't be stored as it is: it becomes U+FFFD now, and not only on its way. */
const wellFormed = (text: string) => Buffer.from(text, 'utf8').toString('utf8')

const invalid = (reason: string) => new EventError('event_invalid', reason)
