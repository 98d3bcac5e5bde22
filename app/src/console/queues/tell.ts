import type { Context } from '../../platform/context.ts'

/** Wakes what shows figures, wherever it is open. No element is about this subject: no row wakes. */
export const tellQueues = ({ live, database }: Pick<Context, 'live' | 'database'>) =>
  live.publish(database.pool, { topic: 'jobs', type: 'queues.changed', subject: 'queues', detail: {} })
