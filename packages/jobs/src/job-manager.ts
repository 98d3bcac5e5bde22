import { bulk } from './bulk.ts'
import { Calls } from './calls.ts'
import { cancelJob } from './cancel.ts'
import { Changes } from './changes.ts'
import type { SqlClient } from './clients.ts'
import { Database } from './database.ts'
import { type ArgsOf, isHandler, type JobDefinition, makeDefinition, type ResultOf } from './definition.ts'
import { defaultTiming, type Engine, type KnownJob } from './engine.ts'
import { JobError } from './errors.ts'
import { Events, type JobEventName, type JobListener } from './events.ts'
import type { MinuteFigures, QueueFigures, QueueInfo, WorkerFigures } from './figure-shapes.ts'
import { countEnded, figuresOfMinutes, figuresOfQueues, figuresOfWorkers } from './figures.ts'
import { followJobs } from './follow.ts'
import type { JobHandle } from './handle.ts'
import { checkHealth, type JobHealth } from './health.ts'
import type { HealthLimits } from './health-limits.ts'
import { keptDays } from './history.ts'
import type { Hooks } from './hooks.ts'
import type { BulkAnswer, BulkFilter, JobCount, JobFilter, JobPage } from './job-filter.ts'
import type { DefinitionOptions, JobOptions, SandboxOptions } from './job-options.ts'
import type { JobChange, JobDetail, JobStatus } from './job-status.ts'
import { setLimits } from './limits.ts'
import { countMatches, listPage, type PageOptions, queueInfo } from './list.ts'
import { Listener } from './listen.ts'
import {
  checkManagerOptions,
  checkWorkerOptions,
  type JobManagerOptions,
  type NewWorkerOptions,
} from './manager-options.ts'
import { type JobMetrics, noMetrics } from './metrics.ts'
import { putSchedule, type SchedulePut } from './put-schedule.ts'
import type { QueueLimits } from './queue-limits.ts'
import { namesOfQueues, setPaused } from './queues.ts'
import { resumeSchedule } from './resume-schedule.ts'
import { retryJob } from './retry.ts'
import { runSchedule } from './run-schedule.ts'
import { type HandlerModule, isHandlerModule } from './sandbox/handler-module.ts'
import { Scheduler } from './scheduler.ts'
import { findSchedule, listSchedules, pauseSchedule, type Schedule, unschedule } from './schedules.ts'
import type { ArgsSchema, SchemaInput, SchemaOutput } from './schema.ts'
import { jobDetail, jobStatus } from './status.ts'
import type { Json } from './types.ts'
import { Worker } from './worker/worker.ts'

/** For the kit of tests: what a manager's parts share. */
export let engineOf: (jobs: JobManager) => Engine

/** Defines jobs, enqueues them, runs workers, and answers what becomes of them. */
export class JobManager {
  static {
    engineOf = (jobs) => jobs.#engine
  }

  readonly #engine: Engine
  readonly #definitions = new Map<string, KnownJob>()
  readonly #handlerListeners = new Set<() => void>()
  readonly #hooks: Hooks[] = []
  readonly #calls: Calls
  readonly #changes: Changes
  readonly #schedulers = new Set<Scheduler>()
  readonly #workers = new Set<Worker>()
  #closing: Promise<void> | null = null

  /** @throws JobError.Invalid for options that don't exist or aren't allowed. Connects when first needed. */
  constructor(options: JobManagerOptions = {}) {
    checkManagerOptions(options)
    const { connectionString, pool, schema = 'factotum_jobs', migrate = true, timeZone = 'UTC' } = options
    const events = new Events()
    const timing = { ...defaultTiming, ...options.timing }
    const report = (error: unknown) => this.#report(error)
    const database = new Database({
      schema,
      migrate,
      ...(connectionString === undefined ? {} : { connectionString }),
      ...(pool === undefined ? {} : { pool }),
    })
    this.#engine = {
      database,
      events,
      listener: new Listener(database, timing.listen, report),
      metrics: noMetrics(),
      hooks: this.#hooks,
      definitions: this.#definitions,
      timing,
      kept: keptDays(options.retention),
      pending: new Set(),
      onHandler: (listener) => {
        this.#handlerListeners.add(listener)
        return () => this.#handlerListeners.delete(listener)
      },
      report,
    }
    this.#changes = new Changes(database.schema)
    this.#calls = new Calls(this.#engine, {
      timeZone: typeof timeZone === 'function' ? timeZone : () => timeZone,
      maxArgsBytes: options.maxArgsBytes ?? 1_048_576,
      onHandler: () => {
        for (const listener of this.#handlerListeners) listener()
      },
    })
  }

  /**
   * Defines a job with its handler: a function, or where that is, as a sandbox needs it:
   * `jobs.job<typeof import('./resize.ts').resize>('resize', { module: new URL('./resize.ts', import.meta.url), export: 'resize' }, { sandbox: 'thread' })`.
   *
   * @throws JobError.Conflict for a name that is taken, JobError.Invalid for options that aren't allowed
   */
  job<Fn extends (...args: never[]) => unknown = (...args: Json[]) => Json>(
    name: string,
    handler: HandlerModule,
    options?: DefinitionOptions<ArgsOf<Fn>>,
  ): JobDefinition<ArgsOf<Fn>, ResultOf<Fn>>
  job<Handler extends object>(
    name: string,
    handler: Handler,
    options?: JobOptions<ArgsOf<Handler>> & { schema?: undefined },
  ): JobDefinition<ArgsOf<Handler>, ResultOf<Handler>>
  job<Schema extends ArgsSchema, Result>(
    name: string,
    handler: (...args: SchemaOutput<Schema>) => Result,
    options: JobOptions<SchemaInput<Schema>> & { schema: Schema },
  ): JobDefinition<SchemaInput<Schema>, Awaited<Result>, SchemaOutput<Schema>>
  job<Handler extends object>(
    name: string,
    handler: Handler | HandlerModule,
    options: DefinitionOptions<ArgsOf<Handler>> = {},
  ): JobDefinition<ArgsOf<Handler>, ResultOf<Handler>> {
    if (!isHandlerModule(handler) && !isHandler<ArgsOf<Handler>, ResultOf<Handler>>(handler)) {
      throw new JobError.Invalid(
        `The handler of job ${JSON.stringify(name)} must be a function, or a { module } that has it; without one, use define().`,
      )
    }
    return this.#define(name, options, handler)
  }

  /** Defines a job of which this program may only know the name; `handle` gives it a handler. @throws as `job` */
  define<Args extends unknown[] = [], Result = Json>(
    name: string,
    options?: JobOptions<Args> & SandboxOptions & { schema?: undefined },
  ): JobDefinition<Args, Result>
  define<Schema extends ArgsSchema, Result = Json>(
    name: string,
    options: JobOptions<SchemaInput<Schema>> & SandboxOptions & { schema: Schema },
  ): JobDefinition<SchemaInput<Schema>, Result, SchemaOutput<Schema>>
  define<Args extends unknown[] = [], Result = Json>(
    name: string,
    options: DefinitionOptions<Args> = {},
  ): JobDefinition<Args, Result> {
    return this.#define<Args, Result>(name, options, null)
  }

  /** A worker, not yet started. @throws JobError.Invalid */
  worker(options: NewWorkerOptions = {}): Worker {
    checkWorkerOptions(options)
    const { queues = ['default'], concurrency = 10, name = '' } = options
    const worker = new Worker(this.#engine, { queues: [...new Set(queues)], concurrency, name })
    this.#workers.add(worker)
    return worker
  }

  /** A scheduler, not yet started; any number may run. */
  scheduler(): Scheduler {
    const scheduler = new Scheduler(this.#engine)
    this.#schedulers.add(scheduler)
    return scheduler
  }

  /** All schedules, the next to fire first. */
  schedules(): Promise<Schedule[]> {
    return listSchedules(this.#engine)
  }

  /** Null where there is none of that name. */
  schedule(name: string): Promise<Schedule | null> {
    return findSchedule(this.#engine, name)
  }

  /**
   * Makes a schedule of a job that is defined here, or replaces all of one: as `scheduleCron` of the job's definition.
   * One that is paused stays so; what it missed is still owed unless its cron or zone changes.
   *
   * @throws JobError.Invalid, also for a job that is not defined here
   */
  putSchedule(name: string, schedule: SchedulePut): Promise<void> {
    return putSchedule(this.#definitions, name, schedule)
  }

  /** It fires no more until `resumeSchedule`; its jobs go on. @throws JobError.NotFound */
  pauseSchedule(name: string): Promise<void> {
    return pauseSchedule(this.#engine, name)
  }

  /** It fires again from now on; what came while it was paused is not owed. @throws JobError.NotFound */
  resumeSchedule(name: string): Promise<void> {
    return resumeSchedule(this.#engine, name)
  }

  /**
   * Enqueues one job of a schedule at once, scheduled for now; its next fire stays as it is. Also while it is paused.
   *
   * @throws JobError.NotFound; JobError.Conflict with `overlap: 'skip'` while the job before has not ended
   */
  async runSchedule(name: string): Promise<JobHandle<Json>> {
    return this.#calls.handle(await runSchedule(this.#engine, name))
  }

  /** Deletes a schedule; jobs that it enqueued stay. @throws JobError.NotFound */
  unschedule(name: string): Promise<void> {
    return unschedule(this.#engine, name)
  }

  /** Null where there is no such job, or history has dropped it. */
  status(id: string): Promise<JobStatus | null> {
    return jobStatus(this.#engine.database, id)
  }

  /** A job with its failed attempts and its log. */
  get(id: string): Promise<JobDetail | null> {
    return jobDetail(this.#engine.database, id)
  }

  /**
   * Retries or cancels all jobs that a filter matches when it begins: only failed ones are retried, only unended ones
   * canceled. `dryRun` counts them, up to 10,000. Done in batches: one that is broken off leaves each job done or not, and
   * may be called again.
   *
   * @throws JobError.Invalid for a filter that is empty (`{ all: true }` means all) or asks for other states
   */
  async bulk(
    action: 'retry' | 'cancel',
    filter: BulkFilter,
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<BulkAnswer> {
    return bulk(this.#engine, action, filter, dryRun)
  }

  /**
   * Cancels a job: at once where it waits; where it runs, its handler is told, and after 5 s the job is taken from it.
   *
   * @throws JobError.NotFound, JobError.Conflict when it has ended
   */
  async cancel(id: string): Promise<'canceled' | 'canceling'> {
    return cancelJob(this.#engine, id)
  }

  /** Runs a failed job again, under its id. @throws JobError.NotFound, JobError.Conflict when it has not failed */
  async retry(id: string): Promise<void> {
    return retryJob(this.#engine, id)
  }

  /**
   * The jobs of a queue that wait or run, in the order in which they are claimed, and how many there are; `limit` is 1 to
   * 1,000, default 100. @throws JobError.Invalid
   */
  async queueInfo(name: string, { limit = 100 }: { limit?: number } = {}): Promise<QueueInfo> {
    return queueInfo(this.#engine.database, name, limit)
  }

  /** Jobs in any state, newest first; each look is bounded, see `JobPage.next`. @throws JobError.Invalid */
  async list(filter: JobFilter = {}, page: PageOptions = {}): Promise<JobPage> {
    return listPage(this.#engine.database, filter, page)
  }

  /** How many jobs match, counted up to `most`: 1 to 100,000, default 10,000. @throws JobError.Invalid */
  async count(filter: JobFilter = {}, { most = 10_000 }: { most?: number } = {}): Promise<JobCount> {
    return countMatches(this.#engine.database, filter, most)
  }

  /** The queues of the jobs that are defined here, and `default`: what a worker serves that is to run them all. */
  definedQueues(): string[] {
    const named = [...this.#definitions.values()].map(({ options }) => options.queue ?? 'default')
    return [...new Set(['default', ...named])]
  }

  /** Every queue that ever had a job, with its jobs by state, each counted up to `most`: 1 to 1,000,000, default 10,000. */
  async queues({ most = 10_000 }: { most?: number } = {}): Promise<QueueFigures[]> {
    return figuresOfQueues(this.#engine.database, most)
  }

  /** The names of all queues that ever had a job, sorted. */
  queueNames(): Promise<string[]> {
    return namesOfQueues(this.#engine.database)
  }

  /** The figures of one queue; null where there is none of this name. `most` as with `queues`. */
  async queue(name: string, { most = 10_000 }: { most?: number } = {}): Promise<QueueFigures | null> {
    const [figures = null] = await figuresOfQueues(this.#engine.database, most, name)
    return figures
  }

  /** The workers that are alive, and what they run. */
  workers(): Promise<WorkerFigures[]> {
    return figuresOfWorkers(this.#engine.database)
  }

  /** What ended in each of the last minutes, up to 40 days back, and how long it had waited to start. */
  async throughput(minutes: number): Promise<MinuteFigures[]> {
    return figuresOfMinutes(this.#engine.database, minutes)
  }

  /** How many jobs ended since; more than two minutes ago it is counted by whole minutes. */
  ended(since: Date): Promise<{ finished: number; failed: number; canceled: number }> {
    return countEnded(this.#engine.database, since)
  }

  /** No job of this queue is claimed until `resume`; those that run go on. */
  async pause(queue: string): Promise<void> {
    return setPaused(this.#engine.database, queue, true)
  }

  async resume(queue: string): Promise<void> {
    return setPaused(this.#engine.database, queue, false)
  }

  /**
   * Limits how many of a queue's jobs run, and start, over all workers; replaces what was set before, null for none.
   * What runs already goes on, and counts. Counted are claims: a worker that lost its job may still be computing.
   *
   * @throws JobError.Invalid
   */
  async setLimits(queue: string, limits: QueueLimits | null): Promise<void> {
    return setLimits(this.#engine.database, queue, limits)
  }

  /** Keeps the changes of these jobs for `takeChanges`, from now to their end. */
  follow(ids: string[]): Promise<void> {
    return followJobs(this.#engine.database, ids)
  }

  /**
   * Takes up to `limit` changes of followed jobs, each job's in order, in the caller's transaction: once it commits they
   * are handed over, exactly once. One caller at a time.
   */
  async takeChanges(client: SqlClient, limit: number): Promise<JobChange[]> {
    await this.#engine.database.ready()
    return this.#changes.take(client, limit)
  }

  /** Events of this process. */
  on<Name extends JobEventName>(event: Name, listener: JobListener<Name>): this {
    this.#engine.events.on(event, listener)
    return this
  }

  off<Name extends JobEventName>(event: Name, listener: JobListener<Name>): this {
    this.#engine.events.off(event, listener)
    return this
  }

  /** Puts code around every enqueuing and every run of this process, such as tracing; the first stands outermost. */
  use(hooks: Hooks): this {
    this.#hooks.push(hooks)
    return this
  }

  /** What this process did so far. */
  metrics(): JobMetrics {
    return { ...this.#engine.metrics }
  }

  /**
   * How the engine is: figures, and alarms with what to do. Never rejects because of what is wrong. A few small statements;
   * of other users' transactions only what the database user may see.
   *
   * @param limits from where on a figure is an alarm
   * @throws JobError.Invalid for limits that are none
   */
  health(limits: HealthLimits = {}): Promise<JobHealth> {
    return checkHealth(this.#engine, limits)
  }

  /** Makes or upgrades the tables. */
  migrate(): Promise<void> {
    return this.#engine.database.migrate()
  }

  /** Stops workers and schedulers, and closes all connections but those of a pool that was given. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([
      ...[...this.#workers].map((worker) => worker.stop()),
      ...[...this.#schedulers].map((scheduler) => scheduler.stop()),
    ])
    for (const timer of this.#engine.pending) clearTimeout(timer)
    await this.#calls.close()
    await this.#engine.database.close()
  }

  #define<Args extends unknown[], Result>(
    name: string,
    options: DefinitionOptions<Args>,
    handler: ((...args: Args) => Result | Promise<Result>) | HandlerModule | null,
  ): JobDefinition<Args, Result> {
    if (this.#definitions.has(name)) {
      throw new JobError.Conflict(
        `The job ${JSON.stringify(name)} is defined already: each name stands for one job.`,
      )
    }
    const { definition, known } = makeDefinition(this.#calls, name, options, handler)
    this.#definitions.set(name, known)
    if (handler) this.#calls.handlerGiven()
    return definition
  }

  #report(error: unknown): void {
    const event = error instanceof Error ? error : new Error(String(error))
    const { events } = this.#engine
    if (events.has('error')) events.emit('error', event)
    else process.emitWarning(event)
  }
}
