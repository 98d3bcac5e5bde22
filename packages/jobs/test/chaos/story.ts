import type { Asked, Ended, Event, Recorded } from './events.ts'
import { buildHistory, type FinalJob, type History, listOf } from './history.ts'

/** Makes up histories, for tests of the checker: what happens is told line by line, with a clock in hand. */
export class Story {
  now = 1_000
  readonly #files = new Map<string, Recorded[]>()
  readonly #final = new Map<string, FinalJob>()
  #runs = 0

  later(ms: number): this {
    this.now += ms
    return this
  }

  write(process: string, event: Event): this {
    listOf(this.#files, process).push({ at: this.now, ...event })
    return this
  }

  /** Asked for and answered with an id; the job waits in the end, unless the story goes on. */
  stored(id: string, options: Partial<Asked> = {}): this {
    const asked = { call: `call ${id}`, job: 'note', queue: 'default', plain: true, ...options }
    this.write('caller', { kind: 'ask', ...asked })
    this.now++
    this.write('caller', { kind: 'stored', call: asked.call, id })
    this.#final.set(id, {
      ...fresh,
      id,
      call: asked.call,
      queue: asked.queue,
      maxAttempts: (options.retries ?? 0) + 1,
    })
    return this
  }

  begins(id: string, worker = 'worker', call: string | null = `call ${id}`): string {
    const run = `${worker}.${++this.#runs}`
    this.write(worker, { kind: 'begin', run, call, id, attempt: (this.#final.get(id)?.attempts ?? 0) + 1 })
    const job = this.#final.get(id)
    if (job) job.startedAt = this.now
    return run
  }

  /** The handler ends, and its outcome is stored. */
  ends(id: string, run: string, outcome: Ended | 'retrying' = 'finished'): this {
    const process = run.split('.')[0] ?? ''
    this.write(process, { kind: 'end', run, how: outcome === 'finished' ? 'returned' : 'threw' })
    this.now++
    const attempts = (this.#final.get(id)?.attempts ?? 0) + 1
    this.write(process, {
      kind: 'accepted',
      id,
      outcome,
      attempt: attempts,
      ...(outcome === 'finished' ? { run } : {}),
    })
    const result = outcome === 'finished' ? { run } : {}
    return this.finally(id, { state: outcome === 'retrying' ? 'queued' : outcome, attempts, ...result })
  }

  /** The handler asks for another time, in so many ms, and that is stored. */
  snoozes(id: string, run: string, snooze: number): this {
    const process = run.split('.')[0] ?? ''
    this.write(process, { kind: 'end', run, how: 'threw', snooze })
    this.now++
    this.write(process, { kind: 'accepted', id, outcome: 'snoozed', attempt: 1 })
    return this.finally(id, { state: 'scheduled' })
  }

  /** What the database has in the end. */
  finally(id: string, job: Partial<FinalJob>): this {
    this.#final.set(id, { ...fresh, id, call: null, ...this.#final.get(id), ...job })
    return this
  }

  /** Gone from the database. */
  forget(id: string): this {
    this.#final.delete(id)
    return this
  }

  history(): History {
    return buildHistory(this.#files, [...this.#final.values()])
  }
}

const fresh = {
  name: 'note',
  queue: 'default',
  state: 'queued',
  run: null,
  attempts: 0,
  maxAttempts: 1,
  error: null,
  scheduledFor: 0,
  startedAt: null,
  later: false,
  log: [],
}
