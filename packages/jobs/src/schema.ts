import { JobError } from './errors.ts'
import { step } from './json.ts'
import type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from './standard-schema.ts'

/** A schema of the list of a job's arguments, such as `z.tuple([z.string(), z.number().optional()])`. */
export type ArgsSchema = StandardSchemaV1<readonly unknown[], readonly unknown[]>

/** The arguments of calls: what the schema takes. */
export type SchemaInput<Schema extends ArgsSchema> = Spread<
  NonNullable<Schema['~standard']['types']>['input']
>
/** The arguments of the handler: what the schema makes of them. */
export type SchemaOutput<Schema extends ArgsSchema> = Spread<
  NonNullable<Schema['~standard']['types']>['output']
>
type Spread<List extends readonly unknown[]> = [...List]

/** The door of one job for arguments. Only an asynchronous schema makes it wait. */
export interface ArgsDoor<HandlerArgs extends unknown[]> {
  /** Looks at a call's arguments as they will be stored; null where any will do. @throws JobError.Invalid, or rejects so */
  admit: ((text: string) => Waited<void>) | null
  /** Handler's arguments from the stored ones. @throws JobError.Fatal, or rejects so */
  read(text: string): Waited<HandlerArgs>
  /** Handler's arguments from those of a plain call. @throws JobError.Invalid, or rejects so */
  take(args: readonly unknown[]): Waited<HandlerArgs>
}

export type Waited<T> = T | PromiseLike<T>

const mostIssues = 10

/** For a job without a schema: its types alone stand guard. */
export function openDoor<HandlerArgs extends unknown[]>(): ArgsDoor<HandlerArgs> {
  return {
    admit: null,
    read: (text) => JSON.parse(text),
    take: (args) => argsOf<HandlerArgs>(args),
  }
}

export function schemaDoor<HandlerArgs extends unknown[]>(
  schema: StandardSchemaV1,
  job: string,
): ArgsDoor<HandlerArgs> {
  const misfit = `The arguments don't fit the schema of job ${JSON.stringify(job)}`
  const invalid = (issues: readonly StandardSchemaIssue[]) =>
    new JobError.Invalid(`${misfit}: ${told(issues)}.`, { cause: issues })
  const fatal = (issues: readonly StandardSchemaIssue[]) =>
    new JobError.Fatal(
      `${misfit}: ${told(issues)}. They were stored by a program with another schema; no attempt would go better.`,
      { cause: issues },
    )
  const check = (args: unknown, refuse: (issues: readonly StandardSchemaIssue[]) => JobError) =>
    after(schema['~standard'].validate(args), (result) => listOf<HandlerArgs>(result, refuse))
  return {
    // What is stored is checked, and not what was given: what is admitted now is admitted before the run.
    admit: (text) => after(check(JSON.parse(text), invalid), () => {}),
    read: (text) => check(JSON.parse(text), fatal),
    take: (args) => check(args, invalid),
  }
}

/** Whether a value can be given as a schema. ArkType's are functions. */
export function isSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = '~standard' in value ? value['~standard'] : null
  if (typeof standard !== 'object' || standard === null) return false
  return (
    'version' in standard &&
    standard.version === 1 &&
    'validate' in standard &&
    typeof standard.validate === 'function'
  )
}

/** Calls `next` with the value: at once, or when it is there. */
export function after<T, R>(value: Waited<T>, next: (value: T) => R): Waited<R> {
  return isThenable(value) ? value.then(next) : next(value)
}

function isThenable<T>(value: Waited<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function listOf<Args extends unknown[]>(
  result: StandardSchemaResult<unknown>,
  refuse: (issues: readonly StandardSchemaIssue[]) => JobError,
): Args {
  if (result.issues) throw refuse(result.issues)
  if (isList<Args>(result.value)) return result.value
  throw refuse([{ message: 'the schema must give a list of arguments, such as z.tuple([…]) does' }])
}

/** Arguments of somebody who knows their types at run time only: a schema, where there is one, looks at them. */
export function argsOf<Args extends unknown[]>(args: readonly unknown[]): Args {
  return listOf<Args>({ value: args }, () => new JobError.Invalid())
}

/** The compiler has compared the types of schema and handler. */
function isList<Args extends unknown[]>(value: unknown): value is Args {
  return Array.isArray(value)
}

function told(issues: readonly StandardSchemaIssue[]): string {
  const shown = issues.slice(0, mostIssues).map(({ message, path }) => `${pathOf(path)}: ${message}`)
  const more = issues.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function pathOf(path: StandardSchemaIssue['path']): string {
  return (path ?? []).reduce<string>((root, part) => {
    const key = typeof part === 'object' ? part.key : part
    return step(root, typeof key === 'symbol' ? String(key) : key)
  }, 'args')
}
