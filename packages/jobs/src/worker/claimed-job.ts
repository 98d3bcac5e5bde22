import type { StoredOptions } from '../call.ts'

/** A job in the hands of a worker. */
export interface ClaimedJob {
  id: string
  token: string
  name: string
  queue: string
  /** JSON text; null where `argsRef` tells the place of large ones. */
  args: string | null
  argsRef: string | null
  attempts: number
  maxAttempts: number
  /** Microseconds since 1970. */
  runAt: number
  scheduledFor: Date
  correlationId: string | null
  followed: boolean
  suspect: boolean
  /** Its queue has keys or limits: its end may let others start. */
  strict: boolean
  /** The database knows that it runs: it was claimed for a free place. */
  startRecorded: boolean
  /**
   * More of its serial key wait behind it: until then, in ms of the monotonic clock, the next of them may follow in its
   * place. Null where none does.
   */
  turnEnds: number | null
  options: StoredOptions | null
  /** Stored: the lower, the sooner. */
  priority: number
}

/** A row as `sql/claim.ts` answers it, all text; what comes after these columns is not the job's. */
export type ClaimedRow = (string | null)[]

export function claimedJob(
  row: ClaimedRow,
  startRecorded: boolean,
  strict: boolean,
  turnEnds: number | null,
): ClaimedJob {
  const [
    id,
    token,
    name,
    queue,
    args,
    argsRef,
    attempts,
    maxAttempts,
    priority,
    runAt,
    scheduledFor,
    correlation,
    followed,
    suspect,
    options,
  ] = row
  if (!id || !token || name == null || queue == null || !runAt)
    throw new Error('The database answered a claim that can not be read.')
  return {
    id,
    token,
    name,
    queue,
    args: args ?? null,
    argsRef: argsRef ?? null,
    attempts: Number(attempts),
    maxAttempts: Number(maxAttempts),
    priority: Number(priority),
    runAt: Number(runAt),
    scheduledFor: new Date(Number(scheduledFor ?? runAt) / 1000),
    correlationId: correlation ?? null,
    followed: followed === 't',
    suspect: suspect === 't',
    strict,
    startRecorded,
    turnEnds,
    options: options ? JSON.parse(options) : null,
  }
}
