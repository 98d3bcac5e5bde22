import type { Database } from './database.ts'
import { name } from './options.ts'
import { listQueues } from './sql/list-queues.ts'
import { pauseQueue } from './sql/pause-queue.ts'
import { wakeQueues } from './sql/wake-queues.ts'

/** @throws JobError.Invalid for what can be no queue's name */
export async function setPaused(database: Database, queue: string, paused: boolean): Promise<void> {
  name(queue, 'name of a queue')
  await database.query(pauseQueue(database.schema), [queue, paused])
  if (!paused) await database.query(wakeQueues(database.schema), [[queue]])
}

export async function namesOfQueues(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(listQueues(database.schema))
  return rows.map(({ name }) => name)
}
