import { errors } from '../../platform/errors/index.ts'
import type { LogFilter } from '../../platform/logging/filter.ts'
import type { Place } from '../../platform/logging/line.ts'
import { levels } from '../../platform/logging/names.ts'
import { address } from '../jobs/filter.ts'
import { momentOf } from '../jobs/moment.ts'

/** What narrows the log, as it stands in an address. */
export const narrowingFields = ['level', 'text', 'request', 'job', 'from', 'until'] as const

export type Narrowing = Partial<Record<(typeof narrowingFields)[number], string>>

/** The fields of an address that narrow; an empty one of a form narrows nothing. */
export function narrowingOf(query: Record<string, unknown>): Narrowing {
  const narrowing: Narrowing = {}
  for (const field of narrowingFields) {
    const value = query[field]
    if (typeof value === 'string' && value.trim() !== '') narrowing[field] = value.trim()
  }
  return narrowing
}

/** @throws HttpError for a level or a time that can't be read */
export const filterOf = ({ level, text, request, job, from, until }: Narrowing): LogFilter => ({
  lowest: levelOf(level),
  text,
  request,
  job,
  from: from === undefined ? undefined : momentOf('from', from),
  until: until === undefined ? undefined : momentOf('until', until),
})

function levelOf(text: string | undefined) {
  const level = levels.find((one) => one === text)
  if (text === undefined || level) return level
  throw errors.fail('invalid', { reason: `There is no level "${text}". Use one of: ${levels.join(', ')}.` })
}

/** A place as it stands in an address. */
export const cursorText = ({ at, file, offset }: Place) => `${at}-${offset}-${file}`

/** @throws HttpError for a cursor that no page gave */
export function beforeOf(text: string | undefined): Place | undefined {
  if (!text) return undefined
  const [, at, offset, file] = /^(\d{1,15})-(\d{1,15})-([\w.~-]{1,200})$/.exec(text) ?? []
  if (at && offset && file) return { at: Number(at), offset: Number(offset), file }
  throw errors.fail('invalid', {
    reason: `"before" is no place in the log: ${text}. Take it from "next" of another page.`,
  })
}

/** The page's address with this filter. */
export const logAddress = (narrowing: Narrowing, before?: Place | null) =>
  address('/logs', { ...narrowing, ...(before ? { before: cursorText(before) } : {}) })
