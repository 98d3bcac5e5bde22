import type { JobState } from '../types.ts'
import { statusColumns } from './select-status.ts'

/** Which conditions a list has; each one's value is a parameter, in this order. */
export interface ListConditions {
  state: JobState | null
  queue: boolean
  name: boolean
  before: boolean
}

/** Parameters: queue, name, before (those that there are), limit. Newest first. */
export function listJobs(schema: string, { state, queue, name, before }: ListConditions): string {
  let count = 0
  const conditions = [
    state && `state = '${state}'`,
    queue && `queue = $${++count}`,
    name && `name = $${++count}`,
    before && `id < $${++count}`,
  ].filter((condition) => condition)
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
  return `select ${statusColumns}, failures from ${schema}.status ${where} order by id desc limit $${++count}`
}
