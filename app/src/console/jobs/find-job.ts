import { errors } from '../../platform/errors/index.ts'
import { jobId } from './job-id.ts'

/** Answers what `find` does for a job's id; 404 where there is none. */
export async function findJob<T>(id: string, find: (id: string) => Promise<T | null>): Promise<T> {
  const known = jobId(id)
  const found = known === null ? null : await find(known)
  if (found === null) throw errors.fail('job_not_found')
  return found
}
