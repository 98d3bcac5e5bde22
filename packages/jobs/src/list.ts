import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import type { QueueInfo } from './figure-shapes.ts'
import { readQueues } from './figures.ts'
import type { JobCount, JobFilter, JobPage } from './job-filter.ts'
import { isJobId } from './job-id.ts'
import { looking } from './looking.ts'
import { type CheckedFilter, checkFilter } from './search/filter.ts'
import { countJobs, findJobs, type Search } from './search/find.ts'
import { queueJobs } from './sql/queue-jobs.ts'
import { selectStatus } from './sql/select-status.ts'
import { type StatusRow, statusOf } from './status.ts'

/** How far a queue's jobs are counted. */
const counted = 10_000

export interface PageOptions {
  /** `next` of another page: jobs older than this. */
  before?: string
  /** `previous` of another page: jobs newer than this. Not together with `before`. */
  after?: string
  /** 1 to 1,000, default 100. */
  limit?: number
}

/** @param look How many jobs a look goes through; tests shorten it. */
export async function listPage(
  database: Database,
  filter: JobFilter,
  { before, after, limit = 100 }: PageOptions,
  look?: number,
): Promise<JobPage> {
  const checked = checkFilter(filter, 'of a list of jobs')
  checkLimit(limit)
  checkCursors(before, after)
  const search: Search = {
    filter: checked,
    toward: after === undefined ? 'older' : 'newer',
    from: after ?? before ?? null,
    limit: limit + 1,
    ...(look ? { look } : {}),
  }
  return looking(database, async (client) => {
    const { ids, edge } = await findJobs(client, database.schema, search)
    const shown = ids.slice(0, limit)
    const goesOn = ids.length > limit ? (shown.at(-1) ?? null) : edge
    const { rows } = await client.query<StatusRow>(selectStatus(database.schema), [shown])
    const byId = new Map(rows.map((row) => [row.id, statusOf(row)]))
    const jobs = shown.map((id) => byId.get(id)).filter((job) => job !== undefined)
    return after === undefined
      ? { jobs, next: goesOn, previous: before === undefined ? null : neighbour(before, -1n) }
      : { jobs: jobs.reverse(), next: after === '0' ? null : neighbour(after, 1n), previous: goesOn }
  })
}

/** How many jobs match, counted up to `most`. */
export async function countMatches(database: Database, filter: JobFilter, most: number): Promise<JobCount> {
  const checked: CheckedFilter = checkFilter(filter, 'of a count of jobs')
  if (!Number.isInteger(most) || most < 1 || most > 100_000) {
    throw new JobError.Invalid(
      `The option "most" of a count must be a whole number from 1 to 100,000; it is ${String(most)}.`,
    )
  }
  return looking(database, (client) => countJobs(client, database.schema, checked, most))
}

/** The jobs of a queue that wait or run, in the order of their claims, and how many there are, as its figures count them. */
export async function queueInfo(database: Database, name: string, limit: number): Promise<QueueInfo> {
  checkLimit(limit)
  const { schema } = database
  return looking(database, async (client) => {
    const { rows } = await client.query<StatusRow>(queueJobs(schema), [name, limit, counted])
    const [figures] = await readQueues(client, schema, counted, name)
    const { queued, started, more } = figures ?? { queued: 0, started: 0, more: false }
    return { name, length: queued + started, more, jobs: rows.map(statusOf) }
  })
}

/** The cursor of the other direction, from which the jobs on this side of a cursor are seen. */
function neighbour(cursor: string, step: bigint): string {
  return String(BigInt(cursor) + step)
}

function checkCursors(before: string | undefined, after: string | undefined): void {
  if (before !== undefined && after !== undefined) {
    throw new JobError.Invalid('A list begins "before" or "after" a job, not both.')
  }
  for (const [name, cursor] of Object.entries({ before, after })) {
    if (cursor === undefined || isJobId(cursor) || (name === 'after' && cursor === '0')) continue
    throw new JobError.Invalid(
      `The list's "${name}" must be the id of a job, from "next" or "previous" of another page; it is ${JSON.stringify(cursor)}.`,
    )
  }
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return
  throw new JobError.Invalid(
    `The limit of a list must be a whole number from 1 to 1,000; it is ${String(limit)}.`,
  )
}
