import type { Database } from './database.ts'
import { isJobId } from './job-id.ts'
import { follow } from './sql/follow.ts'

/** Keeps the changes of these jobs from now on, until they end. Ended or unknown ones are passed over. */
export async function followJobs(database: Database, ids: string[]): Promise<void> {
  const known = ids.filter(isJobId)
  if (known.length > 0) await database.query(follow(database.schema), [known])
}
