import type { StoredOptions } from './call.ts'
import type { NewJob } from './enqueue.ts'
import { checkContext } from './options.ts'

/**
 * Jobs with what a hook around their enqueuing gives to their runs.
 *
 * @throws JobError.Invalid for a context that can't be stored
 */
export function carryingAll(jobs: NewJob[], context: string | null): NewJob[] {
  if (context === null) return jobs
  checkContext(context)
  // Calls of one moment share their head.
  let last = { head: '', carrying: '' }
  return jobs.map((job) => {
    if (job.head !== last.head) last = { head: job.head, carrying: headWith(job.head, context) }
    return { ...job, head: last.carrying }
  })
}

/** @throws JobError.Invalid for a context that can't be stored */
export function carrying(job: NewJob, context: string | null): NewJob {
  return carryingAll([job], context)[0] ?? job
}

/** It goes with the options: whatever keeps a job keeps them, and a retry by hand brings them back. */
function headWith(head: string, context: string): string {
  const { options, ...rest }: { options?: StoredOptions } = JSON.parse(`${head}}`)
  return JSON.stringify({ ...rest, options: { ...options, context } }).slice(0, -1)
}
