import { appendRow } from './append-row.ts'
import { type Content, contentDigest, newSalt, type Prover } from './chain.ts'
import { type ChosenCode, chooseCode } from './choose-code.ts'
import { isRepeat } from './day.ts'
import type { AnyEvents, StateOf } from './define.ts'
import { checkSubject, contentOf, type Entry } from './entry.ts'
import { type LockedHead, lockHead } from './lock-head.ts'
import type { EventRegistry } from './registry.ts'
import type { SqlClient } from './sql.ts'
import { type LoggedEvent, levels, type Subject } from './types.ts'

/**
 * What an event does besides being written, all in the caller's transaction and in the order in which it stands
 * here; nothing but `load` is called for an event that is a repeat.
 */
export interface Effects<State = unknown> {
  /** Locks the subject's own row, and answers what codes ask of it. Before anything else. */
  load?(client: SqlClient): Promise<State>
  timer?: {
    /** The timer that runs for whoever causes the event, or null. */
    running(client: SqlClient): Promise<string | null>
    /** Called after the row is written, when its code stops timers and one runs. */
    stop(client: SqlClient, timer: string): Promise<void>
  }
  /** Writes who must act next; null: nobody. */
  setRequiresActionBy?(client: SqlClient, who: string | null): Promise<void>
  /** Writes the subject's own columns. */
  update?(client: SqlClient, event: LoggedEvent): Promise<void>
  /** Enqueues what follows. */
  enqueue?(client: SqlClient, event: LoggedEvent): Promise<void>
}

/** Effects of these events: where a code asks the subject who must act next, the subject must be loaded. */
export type EffectsOf<Events extends AnyEvents> = Effects<StateOf<Events>> &
  (unknown extends StateOf<Events> ? unknown : { load(client: SqlClient): Promise<StateOf<Events>> })

/** What `process` needs beside the transaction. */
export interface Processing {
  registry: EventRegistry
  prover: Prover
  /** The organisation's zone: IANA name. */
  zone: () => string
  /** Default: the database's clock. */
  now?: (() => Date) | undefined
}

export interface Happening {
  subject: Subject
  events: AnyEvents
  entry: Entry
  effects: Effects
}

/** See `EventLog.process`. */
export async function processEvent(
  processing: Processing,
  client: SqlClient,
  { subject, events, entry, effects }: Happening,
): Promise<LoggedEvent | null> {
  if (!processing.registry.has(events)) {
    throw new Error(`The event "${events.key}" is not registered. Export it from an events.ts.`)
  }
  checkSubject(subject)
  refuseUnsaid(events, entry)
  const content = contentOf(entry)
  const { code, choice, chosenBy: by = 'program' } = entry
  const chosen = chooseCode(events, { code, choice, by })
  refuseUnheard(events, chosen, effects)

  const state = await effects.load?.(client)
  const head = await lockHead(client, subject)
  const at = processing.now ? processing.now().toISOString().replace('Z', '000Z') : head.at
  if (repeats(processing, head, events.key, chosen, content.notes, at)) return null

  const timer = (await effects.timer?.running(client)) ?? null
  const event = await write(client, processing.prover, head, content, {
    subject: { kind: subject.kind, id: subject.id },
    key: events.key,
    chosen,
    timer,
    entry,
    at,
  })
  const { stopsTimer, setRequiresActionBy: next } = chosen.attributes
  if (stopsTimer && timer !== null) await effects.timer?.stop(client, timer)
  const who = typeof next === 'function' ? next(state) : next
  if (who !== undefined) await effects.setRequiresActionBy?.(client, who)
  await effects.update?.(client, event)
  await effects.enqueue?.(client, event)
  return event
}

/** The types ask for it; a feature may be in JavaScript. */
function refuseUnsaid(
  { key }: AnyEvents,
  { createdBy, chosenBy }: Pick<Entry, 'createdBy' | 'chosenBy'>,
): void {
  if (createdBy === null || chosenBy !== undefined) return
  throw new Error(
    `The event "${key}" is an account's, and doesn't say who chose its code. Give chosenBy: the role of the person ` +
      `who did, or 'program'.`,
  )
}

/** A code that asks for what the feature doesn't do would otherwise do half of what it says. */
function refuseUnheard({ key }: AnyEvents, { code, attributes }: ChosenCode, effects: Effects): void {
  const event = `The code ${code} of "${key}"`
  if (attributes.stopsTimer && !effects.timer) throw new Error(`${event} stops timers, and no effect does.`)
  if (attributes.setRequiresActionBy !== undefined && !effects.setRequiresActionBy) {
    throw new Error(`${event} says who must act next, and no effect writes it.`)
  }
  if (typeof attributes.setRequiresActionBy === 'function' && !effects.load) {
    throw new Error(`${event} asks the subject who must act next, and no effect loads it.`)
  }
}

function repeats(
  { zone }: Processing,
  { latestOutcome }: LockedHead,
  key: string,
  { code, attributes }: ChosenCode,
  notes: string,
  at: string,
): boolean {
  if (attributes.type !== 'outcome' || attributes.level !== 'HIGH') return false
  return isRepeat(latestOutcome, { key, code, notes, now: new Date(at), zone: zone() })
}

interface Written {
  subject: Subject
  key: string
  chosen: ChosenCode
  timer: string | null
  entry: Entry
  at: string
}

async function write(
  client: SqlClient,
  prover: Prover,
  head: LockedHead,
  content: Content,
  { subject, key, chosen, timer, entry, at }: Written,
): Promise<LoggedEvent> {
  const { code, attributes } = chosen
  const { createdBy, correlationId = null, context = null, patch = null } = entry
  const place = head.place + 1
  const salt = newSalt()
  const proved = {
    kind: subject.kind,
    subjectId: subject.id,
    place,
    key,
    code,
    type: attributes.type,
    level: levels[attributes.level],
    timer,
    createdBy,
    createdAt: at,
    correlationId,
    digest: contentDigest(salt, content),
  }
  const mac = prover.row(proved, head.mac)
  const id = await appendRow(client, { proved, content, salt, mac, transactionId: head.transactionId })
  return {
    id,
    subject,
    place,
    key,
    code,
    type: attributes.type,
    level: attributes.level,
    timer,
    notes: content.notes,
    context,
    patch,
    createdBy,
    createdAt: new Date(at),
    correlationId,
    erasedAt: null,
  }
}
