import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import { isJobId } from './job-id.ts'
import type {
  JobAttempt,
  JobDetail,
  JobLogLine,
  JobStatus,
  JobStep,
  LinkedJob,
  ParentJob,
} from './job-status.ts'
import { selectChildren } from './sql/select-children.ts'
import { selectLog } from './sql/select-log.ts'
import { selectParents } from './sql/select-parents.ts'
import { selectStatus } from './sql/select-status.ts'
import { selectSteps } from './sql/select-steps.ts'
import type { CanceledHow, JobState, Json } from './types.ts'

/** A row of the view `status`. */
export interface StatusRow<Result = Json> {
  id: string
  name: string
  queue: string
  state: JobState
  args: Json[]
  result: Result | null
  error: string | null
  progress: number | null
  progress_message: string | null
  priority: number
  attempts: number
  max_attempts: number
  canceled_how: CanceledHow | null
  correlation: string | null
  parked: boolean
  created_at: Date
  run_at: Date
  started_at: Date | null
  ended_at: Date | null
  failures:
    | { attempt: number; startedAt: string; endedAt: string; error: string; stack: string | null }[]
    | null
}

/**
 * The result of a job that has ended.
 *
 * @throws JobError.Failed, JobError.Canceled, JobError.NotFound
 */
export async function jobResult<Result>(database: Database, id: string): Promise<Result> {
  const [row] = await database.query<StatusRow<Result> & { result: Result }>(selectStatus(database.schema), [
    [id],
  ])
  if (!row)
    throw new JobError.NotFound('The job is not there, or no longer: history keeps finished jobs for 7 days.')
  if (row.state === 'finished') return row.result
  if (row.state === 'failed') throw new JobError.Failed(row.error ?? undefined)
  throw new JobError.Canceled(`The job was canceled (${row.canceled_how ?? 'before_start'}).`)
}

export async function selectStatuses<Result = Json>(
  database: Database,
  ids: string[],
): Promise<StatusRow<Result>[]> {
  return database.query<StatusRow<Result>>(selectStatus(database.schema), [ids])
}

export async function jobStatus<Result = Json>(
  database: Database,
  id: string,
): Promise<JobStatus<Result> | null> {
  if (!isJobId(id)) return null
  const [row] = await selectStatuses<Result>(database, [id])
  return row ? statusOf(row) : null
}

export async function jobDetail(database: Database, id: string): Promise<JobDetail | null> {
  if (!isJobId(id)) return null
  const [row] = await selectStatuses(database, [id])
  if (!row) return null
  const { schema } = database
  const [log, steps, parents, children] = await Promise.all([
    database.query<JobLogLine & { at: Date }>(selectLog(schema), [id]),
    database.query<JobStep & { at: Date }>(selectSteps(schema), [id, mostLinked]),
    database.query<ParentJob & Json>(selectParents(schema), [id, mostLinked]),
    database.query<LinkedJob & Json>(selectChildren(schema), [id, mostLinked]),
  ])
  return {
    ...statusOf(row),
    failures: (row.failures ?? []).map(attemptOf),
    log: log.map(({ at, attempt, line }) => ({ at, attempt, line })),
    steps: steps.map(({ name, result, at }) => ({ name, result, at })),
    parents: parents.map(linkedOf),
    children: children.map(linkedOf),
  }
}

const mostLinked = 1_000

function linkedOf({ id, name, state }: LinkedJob): LinkedJob {
  return { id, name, state }
}

export function statusOf<Result>(row: StatusRow<Result>): JobStatus<Result> {
  return {
    id: row.id,
    name: row.name,
    queue: row.queue,
    state: row.state,
    args: row.args,
    result: row.result,
    error: row.error,
    progress: row.progress,
    progressMessage: row.progress_message,
    priority: row.priority,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    canceledHow: row.canceled_how,
    correlationId: row.correlation,
    parked: row.parked,
    createdAt: row.created_at,
    runAt: row.run_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

function attemptOf({
  attempt,
  startedAt,
  endedAt,
  error,
  stack,
}: NonNullable<StatusRow['failures']>[number]): JobAttempt {
  return { attempt, startedAt: new Date(startedAt), endedAt: new Date(endedAt), error, stack }
}
