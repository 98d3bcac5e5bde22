import type { BulkFilter, JobFilter, JobState, Json } from '@factotum/jobs'
import { errors } from '../../platform/errors/index.ts'
import { jobId } from './job-id.ts'
import { momentOf } from './moment.ts'
import { states } from './schemas.ts'

/** What narrows a list, as it stands in an address or a form. */
export const narrowingFields = [
  'state',
  'queue',
  'name',
  'text',
  'args',
  'created_after',
  'created_before',
  'ended_after',
  'ended_before',
] as const

type NarrowingField = (typeof narrowingFields)[number]

/** What the address of the list says; fields that are empty or missing narrow nothing. */
export type Narrowing = Partial<Record<NarrowingField, string>>

/** The fields of an address or a form that narrow; an empty one of a form narrows nothing. */
export function narrowingOf(query: unknown): Narrowing {
  const narrowing: Narrowing = {}
  if (typeof query !== 'object' || query === null) return narrowing
  const given = new Map<string, unknown>(Object.entries(query))
  for (const field of narrowingFields) {
    const value = given.get(field)
    const text = (Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : '').trim()
    if (text) narrowing[field] = text
  }
  return narrowing
}

/** @throws HttpError for a state, a time or arguments that can't be read */
export function filterOf({ state, args, ...others }: Narrowing): JobFilter {
  return filterOfBody({
    ...others,
    ...(state === undefined ? {} : { state: state.split(',').map((each) => each.trim()) }),
    ...(args === undefined ? {} : { args: jsonOf(args) }),
  })
}

/** A filter in the body of a call. */
export interface FilterBody extends Omit<Narrowing, 'state' | 'args'> {
  state?: string | string[]
  args?: Json
}

/** @throws HttpError for a state or a time that can't be read */
export function filterOfBody(body: FilterBody): JobFilter {
  const { state, queue, name, text, args, created_after, created_before, ended_after, ended_before } = body
  return {
    ...(state === undefined ? {} : { state: [state].flat().map(knownState) }),
    ...(queue === undefined ? {} : { queue }),
    ...(name === undefined ? {} : { name }),
    ...(text === undefined ? {} : { text }),
    ...(args === undefined ? {} : { args }),
    ...(created_after === undefined ? {} : { createdAfter: momentOf('created_after', created_after) }),
    ...(created_before === undefined ? {} : { createdBefore: momentOf('created_before', created_before) }),
    ...(ended_after === undefined ? {} : { endedAfter: momentOf('ended_after', ended_after) }),
    ...(ended_before === undefined ? {} : { endedBefore: momentOf('ended_before', ended_before) }),
  }
}

/** A filter for all that a page shows; one that shows everything means everything. */
export function bulkFilterOf(narrowing: Narrowing): BulkFilter {
  return Object.keys(narrowing).length === 0 ? { all: true } : filterOf(narrowing)
}

/** Where a page begins: after or before a job. */
export interface Cursor {
  before?: string
  after?: string
}

export function cursorOf({ before, after }: { before?: string; after?: string }): Cursor {
  if (after) return { after: knownId('after', after) }
  return before ? { before: knownId('before', before) } : {}
}

/** The list's address with this filter. */
export function listAddress(narrowing: Narrowing, cursor: Cursor = {}): string {
  return address('/jobs', { ...narrowing, ...cursor })
}

/** A path with a query; parameters that are empty are left out. */
export function address(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value)
  const text = query.toString()
  return text ? `${path}?${text}` : path
}

function knownId(field: 'before' | 'after', text: string): string {
  const id = jobId(text)
  if (id !== null) return id
  throw errors.fail('invalid', {
    reason: `"${field}" is not the id of a job: ${text}. Take it from "next" or "previous" of another page.`,
  })
}

function knownState(text: string): JobState {
  const state = states.find((each) => each === text)
  if (!state)
    throw errors.fail('invalid', { reason: `There is no state "${text}". Use one of: ${states.join(', ')}.` })
  return state
}

/** People may write an argument's text without its quotes. */
function jsonOf(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    if (/^[[{"]/.test(text))
      throw errors.fail('invalid', { reason: `"args" is not JSON: ${text}. Write it like {"customer": 7}.` })
    return text
  }
}
