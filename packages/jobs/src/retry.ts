import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { requireJobId } from './job-id.ts'
import { retry } from './sql/retry.ts'
import { sqlState } from './sql-state.ts'
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

/** Brings those back that can be, all in one statement; answers their ids. None where they are in each other's way. */
export async function retryJobs({ database }: Engine, ids: string[]): Promise<string[]> {
  try {
    const rows = await database.query<{ id: string }>(retry(database.schema), [ids])
    return rows.map(({ id }) => id)
  } catch (error) {
    if (!inTheWay.has(sqlState(error))) throw error
    return []
  }
}

/** A unique key that is taken, or a deadlock with somebody who does the same. */
const inTheWay = new Set<string | null>(['23505', '40P01'])
