import type { CheckedFilter } from './filter.ts'

/** Collects a statement's values, and answers the place of each. */
export class Values {
  readonly list: unknown[] = []

  add(value: unknown): string {
    this.list.push(value)
    return `$${this.list.length}`
  }
}

/** Which table: of jobs that have not ended, of finished and canceled ones, of failed ones. */
export type Table = 'job' | 'done' | 'failed'

/** What a row `l` of a table must be, beside its state: null for nothing. */
export function contentConditions(
  schema: string,
  table: Table,
  filter: CheckedFilter,
  values: Values,
): string[] {
  const { queue, name, createdAfter, createdBefore, endedAfter, endedBefore, args, text } = filter
  const conditions: (string | undefined)[] = [
    queue === undefined ? undefined : `l.queue = ${values.add(queue)}`,
    name === undefined ? undefined : `l.name = ${values.add(name)}`,
    createdAfter && `l.created_at >= ${values.add(createdAfter)}`,
    createdBefore && `l.created_at < ${values.add(createdBefore)}`,
    endedAfter && `l.ended_at >= ${values.add(endedAfter)}`,
    endedBefore && `l.ended_at < ${values.add(endedBefore)}`,
  ]
  const stored = `coalesce(l.args, (select a.args from ${schema}.argument a where a.id = l.args_ref))`
  if (args !== undefined) {
    const contained = JSON.stringify(Array.isArray(args) ? args : [args])
    conditions.push(`${stored} @> ${values.add(contained)}::jsonb`)
  }
  if (text !== undefined) {
    const error = table === 'failed' ? 'l.error' : `l.failures -> -1 ->> 'error'`
    // As people write it, and as JSON does: with quotes and line ends escaped.
    const spellings = new Set([text, JSON.stringify(text).slice(1, -1)])
    const places = [...spellings].map((spelling) => `${stored}::text ilike ${values.add(pattern(spelling))}`)
    conditions.push(`(${places.join(' or ')} or ${error} ilike ${values.add(pattern(text))})`)
  }
  return conditions.filter((condition) => condition !== undefined)
}

/** The days in which a job of this filter can have ended: history's partitions are days, and the rest is not opened. */
export function dayConditions(
  { createdAfter, endedAfter, endedBefore }: CheckedFilter,
  values: Values,
): string[] {
  const day = 86_400_000
  const from = Math.max(createdAfter?.getTime() ?? -Infinity, endedAfter?.getTime() ?? -Infinity)
  const conditions: string[] = []
  if (from > -Infinity) conditions.push(`d.ended_at >= ${values.add(new Date(Math.floor(from / day) * day))}`)
  if (endedBefore) {
    const to = new Date(Math.ceil(endedBefore.getTime() / day) * day)
    conditions.push(`d.ended_at < ${values.add(to)}`)
  }
  return conditions
}

const pattern = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`
