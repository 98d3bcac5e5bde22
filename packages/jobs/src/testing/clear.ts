import { engineOf, type JobManager } from '../job-manager.ts'
import { listTables } from './sql/list-tables.ts'

/** Queues stay, as a manager makes each of its own once. */
const kept = ['migration', 'queue', 'worker']

/** Deletes all jobs, ended ones too, and all schedules: for the end of a test. Queues stay, with their pause and limits. */
export async function clear(jobs: JobManager): Promise<void> {
  const { database } = engineOf(jobs)
  const tables = await database.query<{ name: string }>(listTables, [database.schemaName, kept])
  if (tables.length > 0) await database.query(`truncate ${tables.map(({ name }) => name).join(', ')}`)
}
