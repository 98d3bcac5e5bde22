import { callHead, type Due, dueAt, dueIn } from './call.ts'
import { milliseconds } from './duration.ts'
import type { KnownJob } from './engine.ts'
import type { NewJob } from './enqueue.ts'
import { JobError } from './errors.ts'
import type { JobHandle } from './handle.ts'
import type { CallOptions, DefinitionOptions, JobOptions, SandboxOptions } from './job-options.ts'
import { encodeArgs } from './json.ts'
import { type CallKeys, keysOf } from './keys.ts'
import { checkCallOptions, checkJobName, checkJobOptions } from './options.ts'
import {
  type HandlerModule,
  type HandlerPlace,
  handlerPlace,
  importHandler,
  isHandlerModule,
} from './sandbox/handler-module.ts'
import { checkSandboxOptions, knownSandbox } from './sandbox/options.ts'
import type { ScheduleOptions } from './schedule.ts'
import { type ArgsDoor, after, argsOf, openDoor, schemaDoor, type Waited } from './schema.ts'
import type { Duration } from './types.ts'

/** The ways to call a job. All refuse by a rejected promise. */
export interface JobCalls<Args extends unknown[], Result> {
  /** Runs as soon as a worker is free. */
  delay(...args: Args): Promise<JobHandle<Result>>
  /** Runs after a time, on the database's clock. */
  delayIn(delay: Duration, ...args: Args): Promise<JobHandle<Result>>
  /** Runs at a time; one that has passed is due at once. */
  delayUntil(time: Date, ...args: Args): Promise<JobHandle<Result>>
  /** Many calls in one statement: all are stored, in order, or none. */
  delayMany(calls: readonly Args[]): Promise<JobHandle<Result>[]>
  /**
   * Runs at each fire of a cron rule, from now on, wherever a scheduler runs. Registering the same again is one schedule.
   * Answers the schedule's name.
   */
  scheduleCron(rule: string | ScheduleOptions, ...args: Args): Promise<string>
}

/**
 * A job: a function that can also be called later, elsewhere. Calling it plainly just runs it, after its schema's check
 * where it has one. `HandlerArgs` differ from `Args` where a schema makes something else of them.
 */
export interface JobDefinition<Args extends unknown[], Result, HandlerArgs extends unknown[] = Args>
  extends JobCalls<Args, Result> {
  (...args: Args): Promise<Result>
  readonly name: string
  /** The same ways to call it, with options for these calls. */
  with(options: CallOptions<Args>): JobCalls<Args, Result>
  /**
   * Gives a job that was defined without one its handler, a function or where that is.
   *
   * @throws JobError.Conflict where it has one, JobError.Invalid for a function where it runs in a sandbox
   */
  handle(handler: ((...args: HandlerArgs) => Result | Promise<Result>) | HandlerModule): this
}

/** What storing a call asks of its options. */
export type EnqueueOptions = Pick<CallOptions, 'client' | 'correlationId' | 'after' | 'afterFailure'>

/** What definitions ask of their manager. */
export interface DefinitionHost {
  readonly maxArgsBytes: number
  /** Stores one call, with others of the same moment where it has no client of its own. */
  enqueueOne(name: string, queue: string, job: NewJob, call: EnqueueOptions): Promise<string>
  enqueueMany(name: string, queue: string, jobs: NewJob[], call: EnqueueOptions): Promise<string[]>
  handle<Result>(id: string): JobHandle<Result>
  /** Stores a schedule; answers its name. */
  schedule(
    name: string,
    head: string,
    args: string,
    rule: string | ScheduleOptions,
    call: EnqueueOptions,
  ): Promise<string>
  handlerGiven(): void
}

type Handler<Args extends unknown[], Result> = (...args: Args) => Result | Promise<Result>

/*
 * A job's types are taken from the function as it stands. Were it typed by a signature with `Args` in it, a parameter
 * with a default and no annotation, such as `width = 800`, would become `unknown`.
 */
export type ArgsOf<Fn> = Fn extends (...args: infer Args) => unknown ? Args : never
export type ResultOf<Fn> = Fn extends (...args: never[]) => infer Result ? Awaited<Result> : never

export function isHandler<Args extends unknown[], Result>(value: unknown): value is Handler<Args, Result> {
  return typeof value === 'function'
}

/** Answers the definition and its inner side. @throws JobError.Invalid for a name or options that are not allowed */
export function makeDefinition<Args extends unknown[], Result, HandlerArgs extends unknown[]>(
  host: DefinitionHost,
  name: string,
  options: DefinitionOptions<Args>,
  handler: Handler<HandlerArgs, Result> | HandlerModule | null,
): { definition: JobDefinition<Args, Result, HandlerArgs>; known: KnownJob } {
  checkJobName(name)
  checkJobOptions(options, name)
  checkSandboxOptions(options, name)
  let { run: current, place } = given<HandlerArgs, Result>(name, options, handler)
  const door = options.schema ? schemaDoor<HandlerArgs>(options.schema, name) : openDoor<HandlerArgs>()
  const runWith = (args: HandlerArgs) => current?.(...args)
  const fromText = (text: string) => after(door.read(text), runWith)
  const known: KnownJob = {
    name,
    options,
    timeout: options.timeout === undefined ? null : milliseconds(options.timeout, 'timeout'),
    backoffDelay:
      options.backoffDelay === undefined ? null : milliseconds(options.backoffDelay, 'backoffDelay'),
    get handler() {
      return current && fromText
    },
    get sandbox() {
      return place && knownSandbox(options, place, options.schema ? door.read : (text) => text)
    },
    scheduleCron: (call, rule, args) =>
      callsOf<Args, Result>(host, name, options, door.admit, call).scheduleCron(rule, ...argsOf<Args>(args)),
  }
  const plain = async (...args: Args): Promise<Result> => {
    if (!current)
      throw new JobError.Conflict(
        `The job ${JSON.stringify(name)} has no handler in this program: give it one with handle().`,
      )
    return current(...(await door.take(args)))
  }
  const definition: JobDefinition<Args, Result, HandlerArgs> = Object.assign(
    Object.defineProperty(plain, 'name', { value: name }),
    {
      ...callsOf<Args, Result>(host, name, options, door.admit, {}),
      with: (call: CallOptions<Args>) => callsOf<Args, Result>(host, name, options, door.admit, call),
      handle(handler: Handler<HandlerArgs, Result> | HandlerModule) {
        if (current) throw new JobError.Conflict(`The job ${JSON.stringify(name)} has a handler already.`)
        ;({ run: current, place } = given<HandlerArgs, Result>(name, options, handler))
        host.handlerGiven()
        return definition
      },
    },
  )
  return { definition, known }
}

/** A handler as it was given: to be called here, and its place where that was told. @throws JobError.Invalid */
function given<HandlerArgs extends unknown[], Result>(
  name: string,
  { sandbox }: SandboxOptions,
  handler: Handler<HandlerArgs, Result> | HandlerModule | null,
): { run: Handler<HandlerArgs, Result> | null; place: HandlerPlace | null } {
  if (isHandlerModule(handler)) {
    const place = handlerPlace(handler, `of job ${JSON.stringify(name)}`)
    const run: unknown = async (...args: unknown[]) =>
      (await importHandler(place, (url) => import(url)))(...args)
    return { run: isHandler<HandlerArgs, Result>(run) ? run : null, place }
  }
  if (handler && sandbox) {
    throw new JobError.Invalid(
      `The handler of job ${JSON.stringify(name)} can't be a function, as a sandbox can't be sent one: ` +
        `give its module, { module: new URL('./file.ts', import.meta.url), export: 'name' }.`,
    )
  }
  return { run: handler, place: null }
}

function callsOf<Args extends unknown[], Result>(
  host: DefinitionHost,
  name: string,
  options: JobOptions<Args>,
  admit: ArgsDoor<never>['admit'],
  call: CallOptions<Args>,
): JobCalls<Args, Result> {
  let plainHead: string | null = null
  let checked = false
  /** At the first call, and not in `with`: refusals are rejected promises. */
  const check = () => {
    if (!checked) checkCallOptions(call, name)
    checked = true
  }
  const headOf = (due: Due, keys: CallKeys | null): string => {
    if (due || keys) return callHead(name, options, call, due, keys)
    plainHead ??= callHead(name, options, call, null, null)
    return plainHead
  }
  /** Without an asynchronous schema nothing is waited for: calls of the same moment keep their order. */
  const jobOf = (due: Due, args: Args): Waited<NewJob> => {
    const text = encodeArgs(args, host.maxArgsBytes)
    return after(admit ? admit(text) : undefined, () => {
      const keys = keysOf(name, options, call, args)
      return { head: headOf(due, keys), args: text, uniqueKey: keys?.uniqueKey ?? null }
    })
  }
  const queue = () => call.queue ?? options.queue ?? 'default'
  const one = async (due: Due, args: Args): Promise<JobHandle<Result>> => {
    check()
    const job = jobOf(due, args)
    return host.handle<Result>(await host.enqueueOne(name, queue(), 'head' in job ? job : await job, call))
  }
  return {
    delay: (...args) => one(null, args),
    delayIn: async (delay, ...args) => one(dueIn(delay), args),
    delayUntil: async (time, ...args) => one(dueAt(time), args),
    async delayMany(calls) {
      check()
      const jobs: NewJob[] = []
      const lists: readonly (Args | null)[] = Array.isArray(calls) ? calls : [null]
      for (const args of lists) {
        if (args === null || !Array.isArray(args)) {
          throw new JobError.Invalid(
            'delayMany takes a list of lists of arguments, such as [["a.png"], ["b.png", 400]].',
          )
        }
        const job = jobOf(null, args)
        jobs.push('head' in job ? job : await job)
      }
      if (jobs.length === 0) return []
      const ids = await host.enqueueMany(name, queue(), jobs, call)
      return ids.map((id) => host.handle<Result>(id))
    },
    scheduleCron: async (rule, ...args) => {
      check()
      if (call.after !== undefined) {
        throw new JobError.Invalid(
          `A schedule of job ${JSON.stringify(name)} can't wait for other jobs: leave out "after".`,
        )
      }
      const job = await jobOf(null, args)
      return host.schedule(name, `${job.head}}`, job.args, rule, call)
    },
  }
}
