import { checkAfter } from './after.ts'
import { isClient } from './clients.ts'
import { milliseconds } from './duration.ts'
import { JobError } from './errors.ts'
import type { CallOptions, DefinitionOptions, JobOptions } from './job-options.ts'
import { unstorable } from './json.ts'
import { isSchema } from './schema.ts'
import { suggest } from './suggest.ts'

/** Throws JobError.Invalid, in a sentence that begins with `what`, if the value is not allowed. */
export type Check = (value: unknown, what: string) => void

/** A check for each option there is: one that has none does not compile. */
export type Checks<Options> = { [Name in keyof Required<Options>]: Check }

/**
 * Refuses options that don't exist, with the one probably meant, and values that aren't allowed. An option that is
 * undefined counts as not given.
 *
 * @param where Ends the sentence: `'of job "resize"'`.
 */
export function checkOptions<Options extends object>(
  options: Options,
  checks: Checks<Options>,
  where: string,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new JobError.Invalid(`The options ${where} must be an object.`)
  }
  const byName = new Map<string, Check>(Object.entries(checks))
  for (const [name, value] of Object.entries(options)) {
    const check = byName.get(name)
    if (!check) throw unknownOption(name, [...byName.keys()], where)
    if (value !== undefined) check(value, `${name} ${where}`)
  }
}

/** Names of jobs, queues and schedules. */
export const name: Check = (value, what) => text(value, what, 200)

export const flag: Check = (value, what) => {
  if (typeof value !== 'boolean') throw refusal(what, value, 'true or false')
}

export const wholeNumber =
  (least: number, most: number): Check =>
  (value, what) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return
    throw refusal(what, value, `a whole number from ${least} to ${most}`)
  }

export const oneOf =
  (...values: string[]): Check =>
  (value, what) => {
    if (typeof value === 'string' && values.includes(value)) return
    const meant = typeof value === 'string' ? suggest(value, values) : null
    throw refusal(what, value, `one of ${values.map(quote).join(', ')}`, meant)
  }

/** A duration of at least 1 ms. `most` is in days. */
export const span =
  (most: number): Check =>
  (value, what) => {
    const isDuration =
      typeof value === 'number' || typeof value === 'string' || (typeof value === 'object' && value !== null)
    if (!isDuration) throw refusal(what, value, `a duration, such as '10s'`)
    const ms = milliseconds(value, what)
    if (ms < 1 || ms > most * 86_400_000) throw refusal(what, value, `a duration from 1 ms to ${most} days`)
  }

export function refusal(what: string, value: unknown, allowed: string, meant?: string | null): JobError {
  return new JobError.Invalid(
    `The ${what} must be ${allowed}; it is ${shown(value)}.${meant ? ` Did you mean ${quote(meant)}?` : ''}`,
  )
}

/** Checks the options of a job's definition. */
export function checkJobOptions<Args extends unknown[]>(
  options: DefinitionOptions<Args>,
  jobName: string,
): void {
  checkOptions(options, definitionChecks, `of job ${quote(jobName)}`)
}

/** Checks the options of one call. */
export function checkCallOptions<Args extends unknown[]>(options: CallOptions<Args>, jobName: string): void {
  checkOptions(options, callChecks, `for a call of job ${quote(jobName)}`)
}

/** Checks the name of a job. */
export function checkJobName(value: string): void {
  name(value, 'name of a job')
}

/** Checks a key that was given, or that a function made. */
export function checkKey(value: unknown, what: string): void {
  text(value, what, 200)
}

/** Checks what a hook gives to the runs of a job. */
export function checkContext(value: unknown): void {
  text(value, 'context that a hook gives to a job', 1_000)
}

const key: Check = (value, what) => {
  if (typeof value !== 'function') text(value, what, 200)
}

// Timers hold 31 bits of milliseconds: 24 days.
const jobChecks: Checks<JobOptions> = {
  queue: name,
  priority: wholeNumber(-32_767, 32_767),
  retries: wholeNumber(0, 32_766),
  backoff: (value, what) => {
    if (typeof value !== 'function') oneOf('fixed', 'exponential')(value, what)
  },
  backoffDelay: span(365),
  timeout: span(24),
  serialKey: key,
  retryHoldsKey: flag,
  limitKey: key,
  uniqueKey: key,
  uniqueWhile: oneOf('unfinished', 'waiting'),
  debounce: span(365),
}

const definitionChecks: Checks<DefinitionOptions> = {
  ...jobChecks,
  schema: (value, what) => {
    if (!isSchema(value)) throw refusal(what, value, "a Standard Schema, such as zod's z.tuple([…])")
  },
  sandbox: oneOf('thread', 'process'),
  memory: () => {}, // `sandbox/options.ts` does.
}

const callChecks: Checks<CallOptions> = {
  ...jobChecks,
  client: (value, what) => {
    if (!isClient(value)) {
      const allowed =
        'a client or transaction of pg, postgres, Kysely, Drizzle or Prisma, or an object with query(sql, values)'
      throw refusal(what, value, allowed)
    }
  },
  correlationId: (value, what) => text(value, what, 200),
  follow: flag,
  after: checkAfter,
  afterFailure: oneOf('cancel', 'run'),
}

function text(value: unknown, what: string, most: number): void {
  const good =
    typeof value === 'string' && value !== '' && value.length <= most && value.search(unstorable) < 0
  if (!good) throw refusal(what, value, `text of 1 to ${most} characters, without NUL or lone surrogates`)
}

function unknownOption(wrong: string, known: string[], where: string): JobError {
  const meant = suggest(wrong, known)
  return new JobError.Invalid(
    `There is no option ${quote(wrong)} ${where}.${meant ? ` Did you mean ${quote(meant)}?` : ''} ` +
      `Options are ${known.join(', ')}.`,
  )
}

function shown(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 60 ? `a text of ${value.length} characters` : quote(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value)
}

const quote = (value: string) => JSON.stringify(value)
