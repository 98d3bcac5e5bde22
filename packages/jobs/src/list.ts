import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import { isJobId } from './job-id.ts'
import { checkOptions, name, oneOf } from './options.ts'
import { listJobs } from './sql/list-jobs.ts'
import { queueJobs } from './sql/queue-jobs.ts'
import { type StatusRow, statusOf } from './status.ts'
import type { JobFilter, JobPage, JobStatus } from './types.ts'

export interface PageOptions {
  /** `next` of the page before. */
  before?: string
  /** 1 to 1,000, default 100. */
  limit?: number
}

const states = ['scheduled', 'queued', 'started', 'finished', 'failed', 'canceled', 'deferred'] as const

/** Jobs, newest first by id. */
export async function listPage(
  database: Database,
  filter: JobFilter,
  { before, limit = 100 }: PageOptions,
): Promise<JobPage> {
  checkOptions(filter, { state: oneOf(...states), queue: name, name }, 'of a list of jobs')
  checkLimit(limit)
  if (before !== undefined && !isJobId(before)) {
    throw new JobError.Invalid(
      `The list's "before" must be the id of a job; it is ${JSON.stringify(before)}.`,
    )
  }
  const { state = null, queue, name: jobName } = filter
  const sql = listJobs(database.schema, {
    state,
    queue: queue !== undefined,
    name: jobName !== undefined,
    before: before !== undefined,
  })
  const values = [queue, jobName, before].filter((value) => value !== undefined)
  const rows = await database.query<StatusRow>(sql, [...values, limit + 1])
  const jobs = rows.slice(0, limit).map(statusOf)
  return { jobs, next: rows.length > limit ? (jobs.at(-1)?.id ?? null) : null }
}

/** The jobs of a queue that wait or run, in the order of their claims. */
export async function jobsInQueue(database: Database, queue: string, limit: number): Promise<JobStatus[]> {
  checkLimit(limit)
  const rows = await database.query<StatusRow>(queueJobs(database.schema), [queue, limit])
  return rows.map(statusOf)
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return
  throw new JobError.Invalid(
    `The limit of a list must be a whole number from 1 to 1,000; it is ${String(limit)}.`,
  )
}
