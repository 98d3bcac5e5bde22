import type { JobManager } from '@factotum/jobs'
import type { Reporter } from './index.ts'

/** Reports jobs that failed for good; an attempt that is followed by another is no news. */
export function reportFailedJobs(jobs: JobManager, reporter: Reporter): void {
  jobs.on('failed', ({ id, name, queue, attempt, correlationId, error, stack }) => {
    reporter.report(failureOf(error, stack), {
      id: correlationId,
      tags: { job_id: id, job: name, queue, attempt: String(attempt) },
    })
  })
}

/** The error as it was thrown, as far as it is kept with the job. */
function failureOf(message: string, stack: string | null): Error {
  const error = new Error(message)
  const name = /^(\w*Error): /.exec(message)?.[1]
  if (name) {
    error.name = name
    error.message = message.slice(name.length + 2)
  }
  error.stack = stack ?? `${error.name}: ${error.message}`
  return error
}
