import { JobError } from './errors.ts'

/** PostgreSQL's own JSON reader gives up some thousand levels deep. */
const deepest = 500

const allowed =
  'Allowed are null, true, false, finite numbers, text, arrays and plain objects of these ' +
  '(a property that is undefined is left out)'

/**
 * A call's arguments as JSON text. Trailing undefined arguments are left out, as if not given.
 *
 * @param maxBytes Limit of the text in bytes of UTF-8.
 * @throws JobError.Invalid naming the first value that JSON can't hold or PostgreSQL can't store.
 */
export function encodeArgs(args: readonly unknown[], maxBytes: number): string {
  const text = encode(withoutTrailingUndefined(args), 'args')
  // `\u` marks what JSON.stringify had to escape: mostly harmless control characters.
  if (text.includes('\\u')) refuseUnstorable(args, 'args')
  if (text.length * 3 > maxBytes) refuseLarge(text, maxBytes)
  return text
}

/**
 * A handler's result as JSON text; undefined becomes null. What PostgreSQL can't store in text (NUL, lone surrogates)
 * is escaped visibly, as a job that has done its work should not fail for it.
 *
 * @throws JobError.Invalid naming the first value that JSON can't hold.
 */
export function encodeResult(value: unknown, what = 'result'): string {
  if (value === undefined) return 'null'
  const text = encode(value, what)
  return text.includes('\\u') ? text.replace(escapes, (found, bad) => (bad ? `\\${found}` : found)) : text
}

/** Text that PostgreSQL can store: NUL and lone surrogates become visible as `\u0000`, `\ud800`. */
export function safeText(text: string): string {
  return text.replace(unstorable, (bad) => `\\u${bad.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** NUL and lone surrogates: neither text nor jsonb of PostgreSQL holds them. */
export const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Every escape in JSON text, so that an escaped backslash is never taken for the start of one; group 1 where it can't be stored. */
const escapes = /\\(?:(u0000|ud[89a-f][0-9a-f]{2})|u|.)/g

function withoutTrailingUndefined(args: readonly unknown[]): readonly unknown[] {
  let length = args.length
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}

function encode(value: unknown, path: string): string {
  if (!holds(value, 0)) refuseNotJson(value, path)
  return JSON.stringify(value)
}

/** Whether JSON gives the value back as it is. Hot: every call's arguments pass here; `refuseNotJson` explains. */
function holds(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      return value === null || (depth < deepest && holdsObject(value, depth + 1))
    default:
      return false
  }
}

function holdsObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (!holds(item, depth)) return false
    return true
  }
  if (!isPlain(value)) return false
  for (const key in value) {
    const item = value[key]
    if (item !== undefined && !holds(item, depth)) return false
  }
  return true
}

/** Also true of plain objects from another realm, whose Object.prototype is another. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

function refuseNotJson(value: unknown, root: string): never {
  const [path, fault] = findNotJson(value, root, []) ?? [root, 'is not JSON']
  throw new JobError.Invalid(`${path} ${fault}. ${allowed}.`)
}

function findNotJson(value: unknown, path: string, above: object[]): [path: string, fault: string] | null {
  if (value === undefined) return [path, 'is undefined']
  if (typeof value === 'number') return Number.isFinite(value) ? null : [path, `is ${value}`]
  if (typeof value === 'bigint') return [path, 'is a bigint: give it as text']
  if (typeof value === 'function' || typeof value === 'symbol') return [path, `is a ${typeof value}`]
  if (typeof value !== 'object' || value === null) return null
  if (above.includes(value)) return [path, 'holds itself']
  if (above.length >= deepest) return [path.slice(0, 60), `and on is nested more than ${deepest} levels deep`]
  if (value instanceof Date)
    return [path, 'is a Date, which would come back as text: give toISOString() or getTime()']
  if (!Array.isArray(value) && !isPlain(value))
    return [path, `is ${className(value)}, which JSON would not give back as it is`]
  for (const [key, item] of entries(value)) {
    const found = findNotJson(item, step(path, key), [...above, value])
    if (found) return found
  }
  return null
}

function refuseUnstorable(value: unknown, root: string): void {
  const path = findUnstorable(value, root)
  if (!path) return
  throw new JobError.Invalid(
    `${safeText(path)} has a NUL character or half of a surrogate pair in its text, which PostgreSQL can't store. ` +
      'Remove it, or give the bytes as base64 text.',
  )
}

function findUnstorable(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.search(unstorable) >= 0 ? path : null
  if (typeof value !== 'object' || value === null) return null
  for (const [key, item] of entries(value)) {
    const here = step(path, key)
    const found = typeof key === 'string' && key.search(unstorable) >= 0 ? here : findUnstorable(item, here)
    if (found) return found
  }
  return null
}

function refuseLarge(text: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return
  throw new JobError.Invalid(
    `The arguments are ${bytes.toLocaleString('en')} bytes of JSON; at most ${maxBytes.toLocaleString('en')} are allowed. ` +
      'Store the data elsewhere and give the job its key, or raise maxArgsBytes.',
  )
}

/** Holes of an array are among them, as undefined; properties that are undefined are not. */
function entries(value: object): [key: string | number, value: unknown][] {
  if (Array.isArray(value)) return Array.from(value, (item: unknown, index) => [index, item])
  return Object.entries(value).filter(([, item]) => item !== undefined)
}

/** A path and one key more: `args[0].name`. */
export function step(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key).slice(0, 60)}]`
}

function className(value: object): string {
  const made = value.constructor
  return typeof made === 'function' && made.name ? `a ${made.name}` : 'an object with a prototype'
}
