import type { BulkAnswer, JobDetail, JobStatus, LinkedJob } from '@factotum/jobs'

const iso = (at: Date | null) => at?.toISOString() ?? null

/** `GET /jobs/{id}/status` */
export const statusBody = (job: JobStatus) => ({
  id: job.id,
  status: job.state,
  result: job.result,
  created_at: job.createdAt.toISOString(),
  started_at: iso(job.startedAt),
  ended_at: iso(job.endedAt),
  progress: job.progress,
  attempts: job.attempts,
  error: job.error,
})

/** A job of `GET /jobs`. */
export const summaryBody = (job: JobStatus) => ({
  id: job.id,
  name: job.name,
  queue: job.queue,
  status: job.state,
  progress: job.progress,
  progress_message: job.progressMessage,
  priority: job.priority,
  attempts: job.attempts,
  max_attempts: job.maxAttempts,
  error: job.error,
  canceled_how: job.canceledHow,
  correlation_id: job.correlationId,
  parked: job.parked,
  created_at: job.createdAt.toISOString(),
  run_at: job.runAt.toISOString(),
  started_at: iso(job.startedAt),
  ended_at: iso(job.endedAt),
})

/** `GET /jobs/{id}` */
export const detailBody = (job: JobDetail) => ({
  ...summaryBody(job),
  args: job.args,
  result: job.result,
  failures: job.failures.map(({ attempt, startedAt, endedAt, error, stack }) => ({
    attempt,
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    error,
    stack,
  })),
  log: job.log.map(({ at, attempt, line }) => ({ at: at.toISOString(), attempt, line })),
  steps: job.steps.map(({ name, result, at }) => ({ name, result, at: at.toISOString() })),
  parents: job.parents.map(linkedBody),
  children: job.children.map(linkedBody),
})

const linkedBody = ({ id, name, state }: LinkedJob) => ({ id, name, status: state })

/** `POST /jobs/bulk` */
export const bulkBodyOf = ({ dryRun, ...answer }: BulkAnswer) => ({ ...answer, dry_run: dryRun })

/** A job of `GET /jobs/queue-info`. */
export const queuedBody = (job: JobStatus) => ({
  id: job.id,
  func_name: job.name,
  created_at: job.createdAt.toISOString(),
  status: job.state,
})
