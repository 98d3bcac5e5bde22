import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { requireJobId } from './job-id.ts'
import { retry } from './sql/retry.ts'
import { selectStatuses } from './status.ts'

/**
 * Brings a failed job back under its id, due now, with all its attempts before it again.
 *
 * @throws JobError.NotFound, JobError.Conflict when it has not failed, or its unique key is taken
 */
export async function retryJob({ database }: Engine, id: string): Promise<void> {
  requireJobId(id)
  const rows = await database.query(retry(database.schema), [[id]])
  if (rows.length > 0) return
  const [there] = await selectStatuses(database, [id])
  if (!there) throw new JobError.NotFound()
  if (there.state !== 'failed') throw new JobError.Conflict('Job is not in failed state')
  throw new JobError.Conflict('Another job has its unique key now: retry it when that one has ended.')
}
