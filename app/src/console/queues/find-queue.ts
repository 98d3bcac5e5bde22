import type { JobManager, QueueFigures } from '@factotum/jobs'
import { errors } from '../../platform/errors/index.ts'
import { COUNTED } from './bound.ts'

/** 404 where there is none of that name: a wrong one must not be made by pausing it. */
export async function findQueue(jobs: JobManager, name: string): Promise<QueueFigures> {
  const queue = await jobs.queue(name, { most: COUNTED })
  if (!queue) throw errors.fail('queue_not_found', { name })
  return queue
}
