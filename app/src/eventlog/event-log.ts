import type pg from 'pg'
import { prover } from './chain.ts'
import type { AnyEvents } from './define.ts'
import type { Cause, EntryOf } from './entry.ts'
import { eraseContent } from './erase.ts'
import { exportHeads, type HeadExport } from './export-heads.ts'
import type { Tell } from './finding.ts'
import type { HeadStore } from './head-file.ts'
import { logEvents } from './log-events.ts'
import { type EffectsOf, type Processing, processEvent } from './process.ts'
import { type EventPage, type EventQuery, readEvents, readSubject, type SubjectQuery } from './read.ts'
import { EventRegistry } from './registry.ts'
import type { SqlClient } from './sql.ts'
import type { LoggedEvent, Subject } from './types.ts'
import { type Verification, verifyEvents } from './verify.ts'

export interface EventLogOptions {
  pool: pg.Pool
  /** `SECRET_KEY`. With another one, what was written before can't be proved any more. */
  secret: string
  /** The organisation's zone, asked at each event: IANA name. */
  zone: () => string
  /** Default: the database's clock. */
  now?: () => Date
}

/** What happened to what, and the proof of it. */
export interface EventLog {
  /** All events that can be written. */
  registry: EventRegistry
  /**
   * Writes an event, and does what it brings with it. Call it in a transaction of yours, with that transaction's
   * client: all of it is kept, or, when it throws and you take the transaction back, nothing.
   *
   * In order: load the subject, find the code, wait for others that write about this subject, note the timer
   * that runs, write the row, stop the timer, set who must act next, update the subject, enqueue.
   *
   * Answers null, and has done nothing, where an outcome of level HIGH has the same key, code and notes as the
   * subject's latest one and both are of the same day in the organisation's zone.
   *
   * Where an account causes it, `chosenBy` says who chose the code: a role, which must be allowed to, or `program`.
   *
   * @throws EventError event_code_unknown, event_code_forbidden, event_code_missing, event_invalid
   */
  process<Events extends AnyEvents>(
    client: SqlClient,
    subject: Subject,
    events: Events,
    entry: EntryOf<Events>,
    effects?: EffectsOf<Events>,
  ): Promise<LoggedEvent | null>
  /** What happened to one subject, newest first. */
  readSubject(subject: Subject, query?: SubjectQuery): Promise<EventPage>
  /** What happened, newest first. */
  read(query?: EventQuery): Promise<EventPage>
  /**
   * Erases notes, context and patches of all events of a subject, and writes that this was done; the chain still
   * holds. In a transaction of yours. Answers that event, or null where the subject has no events.
   */
  erase(client: SqlClient, subject: Subject, cause: Cause): Promise<LoggedEvent | null>
  /**
   * Writes the heads that moved since the last time to a file: what is cut off a chain's end afterwards, head and
   * all, shows against it. Answers null where there is nothing to tell, or another process is at it.
   */
  exportHeads(store: HeadStore): Promise<HeadExport | null>
  /** Looks at every row, head and exported file, and tells what is not as it was written. */
  verify(store: HeadStore, tell: Tell): Promise<Verification>
}

/** The event log of the database behind the pool. */
export function createEventLog({ pool, secret, zone, now }: EventLogOptions): EventLog {
  const registry = new EventRegistry(logEvents)
  const proof = prover(secret)
  const processing: Processing = { registry, prover: proof, zone, now }
  return {
    registry,
    process: (client, subject, events, entry, effects) =>
      processEvent(processing, client, { subject, events, entry, effects: effects ?? {} }),
    readSubject: (subject, query = {}) => readSubject(pool, subject, query),
    read: (query = {}) => readEvents(pool, query),
    erase: (client, subject, cause) => eraseContent(processing, client, subject, cause),
    exportHeads: (store) => exportHeads(pool, proof, store),
    verify: (store, tell) => verifyEvents(pool, proof, store, tell),
  }
}
