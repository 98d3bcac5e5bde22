import { JobError } from './errors.ts'

/** The biggest id there can be. */
const mostId = 2n ** 63n - 1n

/** Whether this text can be the id of a job at all. */
export function isJobId(id: string): boolean {
  return typeof id === 'string' && /^[1-9][0-9]{0,18}$/.test(id) && BigInt(id) <= mostId
}

/** @throws JobError.NotFound where it can be no job's id, as a job by it can't be found */
export function requireJobId(id: string): void {
  if (!isJobId(id)) throw new JobError.NotFound()
}
