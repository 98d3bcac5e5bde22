import { retryDelay } from '../backoff.ts'
import { type Dependent, tellDependents } from '../dependents.ts'
import type { Engine } from '../engine.ts'
import type { Backoff } from '../job-options.ts'
import { safeText } from '../json.ts'
import { complete } from '../sql/complete.ts'
import { endCanceled } from '../sql/end-canceled.ts'
import { fail } from '../sql/fail.ts'
import { snooze } from '../sql/snooze.ts'
import { stillHeld } from '../sql/still-held.ts'
import type { CanceledHow, Json } from '../types.ts'
import type { ClaimedJob } from './claimed-job.ts'
import { type Fenced, FencedWrites } from './fenced-writes.ts'
import type { Run } from './run.ts'
import type { Turns } from './turns.ts'

interface Finished extends Fenced {
  run: Run
  result: string
  took: number
  /** The next of its serial key, taken when its end was stored. */
  next: ClaimedJob | null
}

interface Failed extends Fenced {
  run: Run
  error: string
  stack: string | null
  /** Milliseconds until the next attempt; null where there is none. */
  retry: number | null
}

interface Snoozed extends Fenced {
  run: Run
  /** In ms. */
  delay: number
}

interface Canceled extends Fenced {
  run: Run | null
  how: CanceledHow
  job: ClaimedJob
}

export interface EndingsListener {
  /** A batch was written. */
  written(): void
  /** A job comes back in so many ms. */
  retryIn(ms: number): void
  /** What became of a job is stored: it is no longer this worker's. */
  freed(job: ClaimedJob): void
  /** The end of a job is stored, and with that this one of the same serial key was taken, to run in its place. */
  follows(next: ClaimedJob): void
}

const mostAtOnce = 1_000
/** Characters of results in one statement. */
const mostCharacters = 8_000_000
const longestText = 10_000

/** Writes how runs ended, in batches, each fenced by its token, and tells it to this process once it is so. */
export class Endings {
  readonly #engine: Engine
  readonly #listener: EndingsListener
  readonly #turns: Turns
  readonly #finished: FencedWrites<Finished>
  readonly #failed: FencedWrites<Failed>
  readonly #snoozed: FencedWrites<Snoozed>
  readonly #canceled: FencedWrites<Canceled>

  constructor(engine: Engine, turns: Turns, listener: EndingsListener) {
    this.#engine = engine
    this.#turns = turns
    this.#listener = listener
    const common = {
      most: mostAtOnce,
      mostWeight: mostCharacters,
      held: (items: readonly Fenced[]) => this.#held(items),
      lost: (item: Fenced & { run: Run | null }) => this.#lost(item.run),
      report: engine.report,
    }
    this.#finished = new FencedWrites<Finished>({
      ...common,
      atOnce: 2,
      write: (items) => this.#writeFinished(items),
      weight: ({ result }) => result.length,
      written: (items) => this.#tellFinished(items),
      refused: (item, error) => this.fail(item.run, error, false),
    })
    this.#failed = new FencedWrites<Failed>({
      ...common,
      atOnce: 1,
      write: (items) => this.#writeFailed(items),
      written: (items) => this.#released(items),
      refused: (_item, error) => engine.report(error),
    })
    this.#snoozed = new FencedWrites<Snoozed>({
      ...common,
      atOnce: 1,
      write: (items) => this.#writeSnoozed(items),
      written: (items) => this.#released(items),
      refused: (_item, error) => engine.report(error),
    })
    this.#canceled = new FencedWrites<Canceled>({
      ...common,
      atOnce: 1,
      write: (items) => this.#writeCanceled(items),
      written: (items) => this.#tellCanceled(items),
      refused: (_item, error) => engine.report(error),
    })
  }

  get backlog(): number {
    return [this.#finished, this.#failed, this.#snoozed, this.#canceled].reduce(
      (sum, it) => sum + it.backlog,
      0,
    )
  }

  finish(run: Run, result: string): void {
    this.#finished.add({
      id: run.job.id,
      token: run.job.token,
      run,
      result,
      took: performance.now() - run.startedAt,
      next: null,
    })
  }

  /** @param final no further attempt, whatever remains */
  fail(run: Run, error: unknown, final: boolean): void {
    const { job } = run
    this.#turns.left(job)
    const last = final || run.attempt >= job.maxAttempts
    this.#failed.add({
      id: job.id,
      token: job.token,
      run,
      error: text(messageOf(error)),
      stack: error instanceof Error && error.stack ? text(error.stack) : null,
      retry: last ? null : this.#retryDelay(run),
    })
  }

  /** @param delay in ms */
  snooze(run: Run, delay: number): void {
    this.#snoozed.add({ id: run.job.id, token: run.job.token, run, delay })
  }

  cancel(job: ClaimedJob, run: Run | null, how: CanceledHow): void {
    this.#canceled.add({ id: job.id, token: job.token, run, how, job })
  }

  async settled(): Promise<void> {
    // A finished one that the database refuses becomes a failed one, a snoozed one may turn out to be canceled.
    await Promise.all([this.#finished.settled(), this.#snoozed.settled()])
    await Promise.all([this.#failed.settled(), this.#canceled.settled()])
  }

  abandon(): void {
    for (const writes of [this.#finished, this.#failed, this.#snoozed, this.#canceled]) writes.abandon()
  }

  async #writeFinished(items: readonly Finished[]): Promise<readonly string[]> {
    const now = performance.now()
    // To the microsecond, as the database keeps them: the digits beyond would be read there for nothing.
    const ages = items.map(({ run }) => Math.round((now - run.startedAt) * 1_000) / 1_000)
    // JSON text has no control characters, so escaping it once more is what PostgreSQL's array syntax wants.
    const results = items.map(({ result }) => JSON.stringify(result))
    const spoke = items.some(({ run }) => run.value !== null)
    const { database } = this.#engine
    const values = [
      list(items.map(({ id }) => id)),
      list(items.map(({ token }) => token)),
      list(ages),
      list(results),
      spoke ? items.map(({ run }) => run.value) : null,
      spoke ? items.map(({ run }) => run.message) : null,
    ]
    const keeping = items.flatMap(({ run }) => (this.#turns.keeps(run.job) ? run.job : []))
    if (keeping.length > 0) return this.#writeAndTake(items, values, keeping)
    const rows = await database.work<{ missing: string[] }>({ text: complete(database.schema), values })
    return rows[0]?.missing ?? []
  }

  async #writeAndTake(
    items: readonly Finished[],
    values: unknown[],
    keeping: readonly ClaimedJob[],
  ): Promise<readonly string[]> {
    const { missing, next } = await this.#turns.complete(values, keeping)
    for (const item of items) {
      item.next = next.get(item.id) ?? null
      // Its row may be locked for long: the place is not kept for that.
      if (missing.includes(item.id)) this.#turns.left(item.run.job)
    }
    return missing
  }

  async #writeFailed(items: readonly Failed[]): Promise<readonly string[]> {
    const records = items.map(({ id, token, run, error, stack, retry }) => ({
      ...record(id, token, run),
      error,
      stack,
      retry,
    }))
    const { database } = this.#engine
    const rows = await database.work<{ id: string; state: string; dependents: Dependent[] | null }>(
      fail(database.schema),
      [JSON.stringify(records)],
    )
    const states = new Map(rows.map(({ id, state }) => [id, state]))
    for (const item of items) this.#tellFailed(item, states.get(item.id))
    tellDependents(this.#engine, rows)
    return items.flatMap(({ id }) => (states.has(id) ? [] : id))
  }

  async #writeSnoozed(items: readonly Snoozed[]): Promise<readonly string[]> {
    const { database } = this.#engine
    const rows = await database.work<{ id: string; canceled: boolean }>(snooze(database.schema), [
      JSON.stringify(items.map(({ id, token, delay }) => ({ id, token, delay }))),
    ])
    const canceled = new Map(rows.map((row) => [row.id, row.canceled]))
    for (const { run, delay } of items) {
      if (canceled.get(run.id)) this.cancel(run.job, run, 'cooperative')
      else if (canceled.has(run.id)) this.#tellSnoozed(run, delay)
    }
    return items.flatMap(({ id }) => (canceled.has(id) ? [] : id))
  }

  async #writeCanceled(items: readonly Canceled[]): Promise<readonly string[]> {
    const records = items.map(({ id, token, run, how }) => ({ ...record(id, token, run), how }))
    const { database } = this.#engine
    const rows = await database.work<{ id: string; dependents: Dependent[] | null }>(
      endCanceled(database.schema),
      [JSON.stringify(records)],
    )
    tellDependents(this.#engine, rows)
    const written = new Set(rows.map(({ id }) => id))
    return items.flatMap(({ id }) => (written.has(id) ? [] : id))
  }

  async #held(items: readonly Fenced[]): Promise<ReadonlySet<string>> {
    const { database } = this.#engine
    const rows = await database.work<{ id: string }>(stillHeld(database.schema), [
      items.map(({ id }) => id),
      items.map(({ token }) => token),
    ])
    return new Set(rows.map(({ id }) => id))
  }

  #retryDelay({ job, attempt }: Run): number {
    const definition = this.#engine.definitions.get(job.name)
    const first = job.options?.backoffDelay ?? definition?.backoffDelay ?? 1_000
    const backoff: Backoff = job.options?.backoff ?? definition?.options.backoff ?? 'exponential'
    try {
      return retryDelay(backoff, first, attempt, Math.random())
    } catch (error) {
      this.#engine.report(error)
      return retryDelay('exponential', first, attempt, Math.random())
    }
  }

  #tellFinished(items: readonly Finished[]): void {
    const { events, metrics } = this.#engine
    metrics.finished += items.length
    for (const { run, next } of items) {
      if (!run.job.strict || next) continue
      this.#turns.left(run.job)
      this.#listener.freed(run.job)
    }
    this.#listener.written()
    for (const { run, result, took, next } of items) {
      if (events.has('finished')) {
        events.emit('finished', {
          ...news(run),
          // Read for listeners that ask for it alone: it may be large.
          get result(): Json {
            return JSON.parse(result)
          },
          milliseconds: took,
        })
      }
      if (!next) continue
      this.#turns.left(run.job)
      this.#listener.follows(next)
    }
  }

  #tellFailed({ run, error, stack, retry }: Failed, state: string | undefined): void {
    const { events, metrics } = this.#engine
    if (state === 'failed') {
      metrics.failed++
      events.emit('failed', { ...news(run), attempt: run.attempt, error, stack })
    } else if (state === 'scheduled') {
      metrics.retried++
      this.#listener.retryIn(retry ?? 0)
      events.emit('retrying', { ...news(run), attempt: run.attempt, error, stack, delay: retry ?? 0 })
    } else if (state === 'canceled') {
      metrics.canceled++
      events.emit('canceled', { ...news(run), how: 'cooperative' })
    }
  }

  #tellSnoozed(run: Run, delay: number): void {
    const { events, metrics } = this.#engine
    metrics.snoozed++
    this.#listener.retryIn(delay)
    events.emit('snoozed', { ...news(run), attempt: run.attempt, delay })
  }

  #tellCanceled(items: readonly Canceled[]): void {
    const { events, metrics } = this.#engine
    metrics.canceled += items.length
    for (const { job } of items) this.#listener.freed(job)
    this.#listener.written()
    for (const { job, how } of items) {
      const { id, name, queue, correlationId } = job
      events.emit('canceled', { id, name, queue, correlationId, how })
    }
  }

  /** They failed or wait, and are no longer this worker's. */
  #released(items: readonly { run: Run }[]): void {
    for (const { run } of items) this.#listener.freed(run.job)
    this.#listener.written()
  }

  #lost(run: Run | null): void {
    this.#engine.metrics.lost++
    if (!run) return
    this.#turns.left(run.job)
    this.#engine.events.emit('lost', news(run))
  }
}

/** An array as PostgreSQL reads it; the driver would escape each item. */
const list = (items: readonly (string | number)[]) => `{${items.join(',')}}`

function record(id: string, token: string, run: Run | null) {
  return {
    id,
    token,
    age: run ? performance.now() - run.startedAt : 0,
    progress: run?.value ?? null,
    message: run?.message ?? null,
  }
}

export function news({ id, name, queue, correlationId }: Run) {
  return { id, name, queue, correlationId }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `Thrown: ${String(error)}`
  const plain = error.name === 'Error' || error.name.startsWith('JobError')
  return plain ? error.message : `${error.name}: ${error.message}`
}

const text = (raw: string) => safeText(raw.slice(0, longestText))
