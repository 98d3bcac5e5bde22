/*
 * Glossary
 *
 * Message    what somebody publishes: a topic, a type, its detail.
 * Event      a message that has got its position, as readers receive it.
 * Position   1, 2, 3 …, given in the order in which messages became visible; never a gap, never backwards.
 * Epoch      names the series of positions; a new one begins where positions could repeat (another server).
 * Cursor     `epoch-position`: all up to here was seen.
 * Inbox      where publishing leaves messages, inside the publisher's transaction.
 * Sequencer  the one process that moves the inbox to the events, and so gives positions.
 * Reader     a process's one follower of the events; it hands them to that process's subscribers.
 */

/** What JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** What a client can ask for. */
export const topics = ['jobs', 'files', 'cases', 'letters', 'notifications', 'logs'] as const
export type Topic = (typeof topics)[number]

/** Names of processes, as browsers know them. */
export type ProcessName =
  | 'processEngagementLetters'
  | 'entityChecker'
  | 'pdfPrinter'
  | 'pdfSignatures'
  | 'userSettings'
  | 'serverShutdown'
  | 'processingFile'
  | 'notification'
  | 'report'

/** A detail with at least these fields; further ones (`job_id`, `batch_id`, `done`, `total`) may stand beside. */
type Detail<Fields extends { [key: string]: Json }> = Fields & { [further: string]: Json }

/** The fixed types that anybody may receive, and the detail of each. */
export interface FixedDetails {
  /** A sentence: a process has been started; the page sets itself up. */
  'process-start': string
  /** Which process is running now. */
  processing: Detail<{ process: ProcessName; method: string; message: string }>
  /** `value` from 0 to 1 drives the progress bar. */
  progress: Detail<{ process: ProcessName; value: number }>
  /** One item's outcome. */
  'process-result': Detail<{ process: ProcessName; status: ResultStatus; filename: string }>
  /** An item's or the process's error. */
  'process-error': Detail<{ error: string; message: string; process: ProcessName; method: string }>
  /** A sentence: the process has ended; the page cleans up. */
  complete: string
}
export type FixedType = keyof FixedDetails
export type ResultStatus = 'success' | 'failed' | 'skipped'

/**
 * The seventh fixed type. It is for one connection alone, so it can't be published: only the Socket.IO
 * outlet sends it, on connecting and when a token is renewed.
 */
export interface CsrfDetail {
  process: ProcessName
  token: string
}

/** Types beside the fixed ones: what happened to the subject, or a name with a dot in it (`job.started`). */
export type OtherType = 'added' | 'changed' | 'removed' | `${string}.${string}`

interface About {
  topic: Topic
  /** What on a page it is about: `file:12`, `job:77`. */
  subject?: string
}

/** A message of a fixed type: its detail can't be of another's shape. */
export type FixedMessage = {
  [Type in FixedType]: About & { type: Type; detail: FixedDetails[Type] } & (FixedDetails[Type] extends string
      ? {
          /** Further fields, which stand beside `type` because the detail is a sentence. */
          extra?: { [key: string]: Json }
        }
      : { extra?: never })
}[FixedType]

/** A message of another type. */
export type OtherMessage = About & { type: OtherType; detail: Json; extra?: { [key: string]: Json } }

/** What is published; as JSON at most 64 KiB. */
export type LiveMessage = FixedMessage | OtherMessage

/** A message with its position, as subscribers receive it. */
export interface LiveEvent {
  /** `epoch-position`: give it as `after` to go on behind this event. */
  cursor: string
  position: number
  topic: Topic
  type: string
  detail: Json
  subject: string | null
  /** When it was published, by the database's clock; ISO 8601. */
  at: string
  extra: { [key: string]: Json }
}
