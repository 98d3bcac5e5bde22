import { type After, afterOf } from './after.ts'
import { carrying, carryingAll } from './carried.ts'
import { type SqlClient, sqlClientOf } from './clients.ts'
import type { DefinitionHost, EnqueueOptions } from './definition.ts'
import { Ends } from './ends.ts'
import type { Engine } from './engine.ts'
import { enqueueWithHooks, insertJobs, type NewJob } from './enqueue.ts'
import { SharedEnqueue } from './enqueue-shared.ts'
import { insertManyUnique, insertUnique } from './enqueue-unique.ts'
import { JobError } from './errors.ts'
import { Handle, type HandleHost, type JobHandle } from './handle.ts'
import { newSchedule, type ScheduleOptions, storeSchedule } from './schedule.ts'
import { registerQueues } from './sql/register-queues.ts'

/** What the definitions of one manager do their work with: storing calls, and handles to what was stored. */
export class Calls implements DefinitionHost {
  readonly maxArgsBytes: number
  readonly #engine: Engine
  readonly #timeZone: () => string
  readonly #shared: SharedEnqueue
  readonly #ends: Ends
  readonly #handles: HandleHost
  readonly #queues = new Set<string>()
  readonly #onHandler: () => void
  #closed = false

  constructor(
    engine: Engine,
    options: { maxArgsBytes: number; timeZone: () => string; onHandler: () => void },
  ) {
    this.#engine = engine
    this.maxArgsBytes = options.maxArgsBytes
    this.#timeZone = options.timeZone
    this.#onHandler = options.onHandler
    this.#shared = new SharedEnqueue(engine.database, (queue) => this.#know(queue))
    this.#ends = new Ends(engine)
    this.#handles = { engine, ends: this.#ends }
  }

  /** Nothing is waited for before the call is handed on: calls of the same moment keep their order. */
  enqueueOne(name: string, queue: string, job: NewJob, call: EnqueueOptions): Promise<string> {
    return this.#around(name, queue, 1, call, (context) => {
      const after = afterOf(call)
      const carried = context === null ? job : carrying(job, context)
      if (!call.client && !after && job.uniqueKey === null) return this.#shared.add(carried, queue)
      return this.#storeAlone(queue, carried, call, after)
    })
  }

  enqueueMany(name: string, queue: string, jobs: NewJob[], call: EnqueueOptions): Promise<string[]> {
    return this.#around(name, queue, jobs.length, call, async (context) => {
      const carried = carryingAll(jobs, context)
      await this.#know(queue)
      const { database } = this.#engine
      if (jobs.every(({ uniqueKey }) => uniqueKey === null))
        return insertJobs(this.#clientOf(call), database.schema, carried, afterOf(call))
      if (call.client) return insertManyUnique(this.#clientOf(call), database.schema, carried)
      return database.transaction((client) => insertManyUnique(client, database.schema, carried))
    })
  }

  handle<Result>(id: string): JobHandle<Result> {
    return new Handle<Result>(this.#handles, id)
  }

  async schedule(
    name: string,
    head: string,
    args: string,
    rule: string | ScheduleOptions,
    call: EnqueueOptions,
  ): Promise<string> {
    if (this.#closed) throw new JobError.Closed()
    const schedule = newSchedule(name, head, args, rule, this.#timeZone())
    const { queue }: { queue: string } = JSON.parse(head)
    await this.#know(queue)
    await storeSchedule(this.#engine, schedule, call.client && sqlClientOf(call.client))
    return schedule.name
  }

  handlerGiven(): void {
    this.#onHandler()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#ends.close()
  }

  async #storeAlone(queue: string, job: NewJob, call: EnqueueOptions, after: After | null): Promise<string> {
    await this.#know(queue)
    const { schema } = this.#engine.database
    const client = this.#clientOf(call)
    if (job.uniqueKey !== null) return insertUnique(client, schema, job)
    const [id = ''] = await insertJobs(client, schema, [job], after)
    return id
  }

  #clientOf({ client }: EnqueueOptions): SqlClient {
    const { database } = this.#engine
    if (client) return sqlClientOf(client)
    return { query: async (sql, values) => ({ rows: await database.query(sql, values), rowCount: null }) }
  }

  /** Lists a queue when this process first meets it. */
  async #know(queue: string): Promise<void> {
    if (this.#closed) throw new JobError.Closed()
    if (this.#queues.has(queue)) return
    const { database } = this.#engine
    await database.query(registerQueues(database.schema), [[queue]])
    this.#queues.add(queue)
  }

  #around<T>(
    name: string,
    queue: string,
    count: number,
    call: EnqueueOptions,
    store: (context: string | null) => Promise<T>,
  ): Promise<T> {
    return enqueueWithHooks(
      this.#engine,
      { name, queue, count, correlationId: call.correlationId ?? null },
      store,
    )
  }
}
