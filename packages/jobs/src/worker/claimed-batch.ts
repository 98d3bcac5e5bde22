import type { StoredOptions } from '../call.ts'
import { type ClaimedJob, type ClaimedRow, claimedJob } from './claimed-job.ts'

/** What a claim tells of its jobs beside their rows. */
interface Told {
  /** The first so many start at once: the claim recorded it. */
  free: number
  /** Queues that have keys or limits. */
  strict: ReadonlySet<string>
  /** Ids behind which more of their serial key wait. */
  more: ReadonlySet<string>
  /** When their turn ends, on the monotonic clock. */
  turnEnds: number
}

/** What the row without jobs tells, as JSON text. */
export function infoOf(rows: readonly ClaimedRow[]): string | null {
  return rows.find((row) => row[0] === '{NULL}')?.at(-1) ?? null
}

/** The jobs of `sql/claim.ts`, whose rows hold lists, in the claim's order. */
export function claimedJobs(rows: readonly ClaimedRow[], told: Told): ClaimedJob[] {
  const jobs: ClaimedJob[] = []
  for (const row of rows) {
    if (row[0] === '{NULL}') continue
    const [ids, dueTimes, places] = [items(row[0]), items(row[9]), items(row[15])]
    const args = row[4]?.split('\n')
    const first = row.with(0, ids[0] ?? null).with(9, dueTimes[0] ?? null)
    const alike = claimedJob(first, true, told.strict.has(row[3] ?? ''), null)
    const dueByItself = row[10] == null
    for (const [index, id] of ids.entries()) {
      const place = Number(places[index])
      jobs[place - 1] = new Claimed(alike, {
        id,
        args: args?.[index] ?? null,
        runAt: Number(dueTimes[index]),
        dueByItself,
        startRecorded: place <= told.free,
        turnEnds: told.more.has(id) ? told.turnEnds : null,
      })
    }
  }
  return jobs
}

interface Own {
  id: string
  args: string | null
  runAt: number
  /** It was scheduled for when it is due, not for a time that it shares with others. */
  dueByItself: boolean
  startRecorded: boolean
  turnEnds: number | null
}

/** One of a worker's thousands: what is alike in all is not each one's own, as the collector has to carry it. */
class Claimed implements ClaimedJob {
  readonly #alike: ClaimedJob
  readonly #own: Own

  constructor(alike: ClaimedJob, own: Own) {
    this.#alike = alike
    this.#own = own
  }

  get id(): string {
    return this.#own.id
  }

  get args(): string | null {
    return this.#own.args
  }

  get runAt(): number {
    return this.#own.runAt
  }

  get scheduledFor(): Date {
    return this.#own.dueByItself ? new Date(this.#own.runAt / 1000) : this.#alike.scheduledFor
  }

  get startRecorded(): boolean {
    return this.#own.startRecorded
  }

  get turnEnds(): number | null {
    return this.#own.turnEnds
  }

  get token(): string {
    return this.#alike.token
  }

  get name(): string {
    return this.#alike.name
  }

  get queue(): string {
    return this.#alike.queue
  }

  get argsRef(): string | null {
    return this.#alike.argsRef
  }

  get attempts(): number {
    return this.#alike.attempts
  }

  get maxAttempts(): number {
    return this.#alike.maxAttempts
  }

  get correlationId(): string | null {
    return this.#alike.correlationId
  }

  get followed(): boolean {
    return this.#alike.followed
  }

  get suspect(): boolean {
    return this.#alike.suspect
  }

  get strict(): boolean {
    return this.#alike.strict
  }

  get options(): StoredOptions | null {
    return this.#alike.options
  }

  get priority(): number {
    return this.#alike.priority
  }
}

/** Of an array of numbers, as PostgreSQL writes it. */
function items(list: string | null | undefined): string[] {
  if (!list) throw new Error('The database answered a claim that can not be read.')
  return list.slice(1, -1).split(',')
}
