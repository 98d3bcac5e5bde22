import type { JobChange, JobManager, SqlClient } from '@factotum/jobs'
import type { LiveMessage } from '../live/index.ts'

/** Changes of followed jobs become live messages: taken from the one and given to the other in one transaction. */
export function jobFeed(jobs: JobManager) {
  return async (client: SqlClient, limit: number): Promise<LiveMessage[]> =>
    (await jobs.takeChanges(client, limit)).map(messageOf)
}

/** Field names as the HTTP API of the jobs has them. */
export function messageOf(change: JobChange): LiveMessage {
  return {
    topic: 'jobs',
    type: 'changed',
    subject: `job:${change.id}`,
    detail: {
      id: change.id,
      name: change.name,
      queue: change.queue,
      state: change.state,
      progress: change.progress,
      message: change.progressMessage,
      at: change.at.toISOString(),
    },
  }
}
