import type { EventQuery } from '../../eventlog/index.ts'
import { errors } from '../../platform/errors/index.ts'
import { address } from '../jobs/filter.ts'
import { momentOf } from '../jobs/moment.ts'

/** What narrows the list of events, as it stands in an address. */
export const narrowingFields = ['subject', 'key', 'code', 'by', 'request', 'level', 'from', 'until'] as const

export type Narrowing = Partial<Record<(typeof narrowingFields)[number], string>>

/** Stands for the program in the field `by`. */
export const theProgram = 'program'

/** The fields of an address that narrow; an empty one of a form narrows nothing. */
export function narrowingOf(query: Record<string, unknown>): Narrowing {
  const narrowing: Narrowing = {}
  for (const field of narrowingFields) {
    const value = query[field]
    if (typeof value === 'string' && value.trim() !== '') narrowing[field] = value.trim()
  }
  return narrowing
}

/** @throws HttpError for a subject, a level or a time that can't be read */
export function queryOf({ subject, key, code, by, request, level, from, until }: Narrowing): EventQuery {
  return {
    ...subjectOf(subject),
    key,
    code,
    createdBy: by === theProgram ? null : by,
    correlationId: request,
    lowest: levelOf(level),
    from: from === undefined ? undefined : momentOf('from', from),
    until: until === undefined ? undefined : momentOf('until', until),
  }
}

/** `file` for all files, `file 12` for one. */
function subjectOf(text: string | undefined): Pick<EventQuery, 'kind' | 'subjectId'> {
  const [, kind, subjectId] = /^(\S+)(?:\s+(.+))?$/.exec(text ?? '') ?? []
  return { kind, subjectId }
}

const known = ['HIGH', 'MODERATE', 'MINOR'] as const

function levelOf(text: string | undefined) {
  const level = known.find((one) => one === text)
  if (text === undefined || level) return level
  throw errors.fail('invalid', { reason: `There is no level "${text}". Use one of: ${known.join(', ')}.` })
}

/** @throws HttpError for a cursor that no page gave */
export function beforeOf(text: string | undefined): number | undefined {
  if (!text) return undefined
  const before = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(before)) return before
  throw errors.fail('invalid', {
    reason: `"before" is no place in the list: ${text}. Take it from "next" of another page.`,
  })
}

/** The list's address with this filter. */
export const listAddress = (narrowing: Narrowing, before?: number) =>
  address('/events', { ...narrowing, ...(before === undefined ? {} : { before: String(before) }) })
