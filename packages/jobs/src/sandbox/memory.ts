import { refusal } from '../options.ts'

const units = { kb: 1 / 1024, mb: 1, gb: 1024 } as const
/** Below it a thread or a process can't even begin. */
const least = { thread: 16, process: 64 } as const
const most = 1_048_576

/** What a thread's heap may hold where nothing is said, in MB; past V8's own limit the whole process would end. */
export const threadDefault = 1_024

/** A memory cap in MB. @throws JobError.Invalid */
export function megabytes(value: unknown, kind: 'thread' | 'process', what: string): number {
  const mb = read(value)
  if (mb >= least[kind] && mb <= most) return mb
  throw refusal(
    what,
    value,
    `megabytes, or text such as '256mb' or '2gb', from ${least[kind]} MB (in a ${kind}) to 1 TB`,
  )
}

/** NaN for what is no size. */
function read(value: unknown): number {
  if (typeof value === 'number') return value
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(kb|mb|gb)$/i.exec(typeof value === 'string' ? value : '') ?? []
  const known = unit?.toLowerCase()
  return known === 'kb' || known === 'mb' || known === 'gb' ? Number(count) * units[known] : Number.NaN
}
