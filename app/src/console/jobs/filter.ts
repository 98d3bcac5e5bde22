import type { JobFilter, JobState } from '@factotum/jobs'
import { errors } from '../../platform/errors/index.ts'
import { jobId } from './job-id.ts'
import { states } from './schemas.ts'

/** What the address of the list says. */
export interface JobQuery {
  state?: string
  queue?: string
  name?: string
  before?: string
  limit?: number
}

/** Reads a filter; an empty field of a form narrows nothing. */
export function filterOf({ state, queue, name }: JobQuery): JobFilter {
  const filter: JobFilter = {}
  if (state) filter.state = knownState(state)
  if (queue?.trim()) filter.queue = queue.trim()
  if (name?.trim()) filter.name = name.trim()
  return filter
}

/** Where the page begins. */
export function cursorOf({ before }: JobQuery): { before?: string } {
  if (!before) return {}
  const id = jobId(before)
  if (id === null)
    throw errors.fail('invalid', {
      reason: `"before" is not the id of a job: ${before}. Take it from "next" of the page before.`,
    })
  return { before: id }
}

function knownState(text: string): JobState {
  const state = states.find((each) => each === text)
  if (!state)
    throw errors.fail('invalid', { reason: `There is no state "${text}". Use one of: ${states.join(', ')}.` })
  return state
}

/** The list's address with this filter; the cursor is left out where it is null. */
export function listAddress(filter: JobFilter, before: string | null = null): string {
  const query = new URLSearchParams()
  for (const name of ['state', 'queue', 'name'] as const) query.set(name, filter[name] ?? '')
  query.set('before', before ?? '')
  for (const [name, value] of [...query]) if (!value) query.delete(name)
  const text = query.toString()
  return text ? `/jobs?${text}` : '/jobs'
}
